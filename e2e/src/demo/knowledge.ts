/** The internal documents that the demo agent can retrieve. All people, numbers and keys are invented. */
const CUSTOMER_RECORDS = [
  'Customer record 1041: Ada Byron, ada.byron@customers.example.net, card 4539 1488 0343 6467, IBAN DE89 3704 0044 0532 0130 00.',
  'Customer record 1042: Karl Weber, karl.weber@customers.example.net, card 5425 2334 3010 9903, IBAN GB82 WEST 1234 5698 7654 32.',
].join('\n');

const ORDER_STATUS = 'Order 8812 left the warehouse on Tuesday and arrives on Friday.';

/** Retrieval as in typical agents: everything that matches the question, without checking who asks. */
export function retrieve(text: string): string | null {
  if (/\b(customers?|account|records?)\b/i.test(text)) return CUSTOMER_RECORDS;
  if (/\border\b/i.test(text)) return ORDER_STATUS;
  return null;
}
