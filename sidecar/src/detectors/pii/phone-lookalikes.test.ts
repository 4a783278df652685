import { createPiiDetector } from './pii.ts';

const detector = createPiiDetector(['PHONE']);

function found(text: string): readonly string[] {
  return detector.scan(text).map(({ start, end }) => text.slice(start, end));
}

/** By kind: texts without a telephone number, and their neighbours with one. */
const KINDS: Readonly<
  Record<string, readonly [without: readonly string[], telephones: readonly [text: string, number: string][]]>
> = {
  'labels of other numbers': [
    [
      '{"order_id":"0211-48291734","total":"129.00"}',
      'Ihre Bestellnummer 0203-4567890 ist unterwegs.',
      'Aktenzeichen 0511/123456',
      'Az. 0231-1234567',
      'Rechnung Nr. 0815/4711234',
      'Kundennummer 0176 12345678',
      'Kundennr.: 0171/1234567',
      'customer no: 0171-1234567',
      'Order 00 49 123 456 789',
      'Bestellung 06 12345678',
      'Commande n° 06 12 34 56 78',
      'Pedido número 612 34 56 78',
      'Fattura 0612-345678',
      'klantnummer 06-12345678',
      'Заказ № 0612-345678',
      'serial,550 123 45 67',
      '"order":"05912345678"',
      'Amount 05551234567',
      'sha 0612345678',
    ],
    [
      ['{"order_id":"4711-12","phone":"0171 1234567"}', '0171 1234567'],
      ['Kundennummer 4711, Tel. 0171 1234567', '0171 1234567'],
      ['Kunde: 0171 1234567', '0171 1234567'],
      ['Client: 06 12 34 56 78', '06 12 34 56 78'],
      ['Rufnummer 0171 1234567', '0171 1234567'],
      ['About my order: 4711 is late, use 0171 1234567', '0171 1234567'],
      ['Bestellung 4711 (0171 1234567)', '0171 1234567'],
      ['[{"type":"work","value":"0171 1234567"}]', '0171 1234567'],
      ['Invoice 12\n0171 1234567', '0171 1234567'],
    ],
  ],
  'counts behind keys and letters': [
    [
      '{"mobile": 48291734, "desktop": 58291734}',
      '{"cell":310410123}',
      '| mobile | 4829173 |',
      '| phone | 1234567 | 2345678 |',
      'Traffic: mobile 4829173, desktop 8829173',
      'Mobile: 1234567 sessions',
      'telefon: 1234567 Stück verkauft',
      'Bilanz mobil: 1234567',
      'T: 1234567',
      'M: 1234567',
      'F: 2345678',
      'T: 12345678 W',
      'M: 12.345.678 EUR',
      'F: 1013.25 1013.26',
      'T: 1000 2000 3000',
    ],
    [
      ['{"mobile": 9876543210}', '9876543210'],
      ['{"mobile": "48291734"}', '48291734'],
      ['{"phone": 48291734}', '48291734'],
      ['{"tel": "4829173"}', '4829173'],
      ['| phone | 5551234567 | 94107 |', '5551234567'],
      ['Mobile: 48291734', '48291734'],
      ['T: 40612345', '40612345'],
      ['T: 555 1234', '555 1234'],
      ['phone: 5551234', '5551234'],
      ['Mobile 07400 123456 £20 paid', '07400 123456'],
    ],
  ],
  'what is done by telephone': [
    [
      'Call ID: 8829 1234 5678',
      'call-id 1234567890',
      'SMS batch 1234567890',
      'Fax job 20241130',
      'Hotline ticket 12345678',
      'call 12345678 failed',
      'Tel Aviv 1234567',
    ],
    [
      ['call 8829 1234 5678', '8829 1234 5678'],
      ['SMS to 1234567890', '1234567890'],
      ['Hotline 12345678', '12345678'],
    ],
  ],
  'bare groups': [
    [
      'Scores 712 45 67 89',
      'values: 612 10 20 30',
      'The price is 0123 456789 EUR',
      '202 555 0143 units sold',
      '(3) 1234 5678 as shown in table',
      'coordinates (40) 7128 7400',
      'Interval (12) 3456 7890',
      'Revenue 2023 2024 2025 (office)',
      '12345678 (work)',
      'pages 12-345678-work',
      'IP 010.001.002.003',
      'mac 00 11 22 33 44 55',
      'dump 00 12 34 56 78 90 12 34',
      '00-1234-5678-9012',
    ],
    [
      ['Anna 712 45 67 89', '712 45 67 89'],
      ['Maria (2) 2123 4567', '(2) 2123 4567'],
      ['Ana (11) 3456-7890', '(11) 3456-7890'],
      ['Luz (55) 1234 5678', '(55) 1234 5678'],
      ['Kati (1) 234 5678', '(1) 234 5678'],
      ['2123 4567 (office)', '2123 4567'],
      ['from 00 47 40 61 23 45', '00 47 40 61 23 45'],
      ['from 00 33 6 12 34 56 78', '00 33 6 12 34 56 78'],
    ],
  ],
};

describe.each(Object.entries(KINDS))('%s', (_, [without, telephones]) => {
  it.each(without.map((text) => [text]))('%s: no telephone', (text) => {
    expect(found(text)).toEqual([]);
  });

  it.each(telephones)('%s: %s', (text, number) => {
    expect(found(text)).toEqual([number]);
  });
});
