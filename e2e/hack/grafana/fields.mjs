// From what a Prometheus server answered to fields as a panel of Grafana has them: names, units, thresholds, mappings, colours.
import { FieldType, getDisplayProcessor, getFieldSeriesColor } from '@grafana/data';

/** `{{label}}` in a legend; without a legend the labels themselves. */
function named(legend, labels) {
  if (legend !== '') return legend.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label) => labels[label] ?? '').trim();
  const { __name__: name = '', ...rest } = labels;
  return `${name}{${Object.entries(rest)
    .map(([key, value]) => `${key}="${value}"`)
    .join(', ')}}`;
}

const MATCHERS = {
  byName: (field, wanted) => field.name === wanted,
  byRegexp: (field, wanted) => new RegExp(wanted.replace(/^\/|\/$/g, '')).test(field.name),
  byFrameRefID: (field, wanted) => field.refId === wanted,
};

/** The configuration of a panel for one field. It throws at what it does not know: a picture must not differ from Grafana in silence. */
function configured(field, { defaults = {}, overrides = [] } = {}) {
  const config = structuredClone(defaults);
  config.custom ??= {};
  for (const { matcher, properties } of overrides) {
    const matches = MATCHERS[matcher.id];
    if (matches === undefined) throw new Error(`no matcher ${matcher.id}`);
    if (!matches(field, matcher.options)) continue;
    for (const { id, value } of properties) {
      if (id.startsWith('custom.')) config.custom[id.slice('custom.'.length)] = value;
      else if (
        ['unit', 'color', 'displayName', 'thresholds', 'mappings', 'min', 'max', 'decimals'].includes(id)
      )
        config[id] = value;
      else throw new Error(`no property ${id}`);
    }
  }
  config.thresholds ??= { mode: 'absolute', steps: [{ color: 'green', value: -Infinity }] };
  config.thresholds.steps.forEach((step) => (step.value ??= -Infinity));
  config.mappings ??= [];
  return config;
}

function finished(field, index, fieldConfig, theme) {
  const config = configured(field, fieldConfig);
  config.color ??= { mode: field.type === FieldType.number ? 'palette-classic' : 'thresholds' };
  const whole = {
    ...field,
    config,
    state: { seriesIndex: index, displayName: config.displayName ?? field.name },
  };
  whole.display = getDisplayProcessor({ field: whole, theme, timeZone: 'utc' });
  return { ...whole, name: whole.state.displayName, colour: getFieldSeriesColor(whole, theme).color };
}

/** The series of a panel on the times of the range, null where there is no sample. */
export function seriesOf({ fieldConfig }, answered, { from, to, step }, theme) {
  const times = Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
  const fields = answered
    .flatMap(({ refId, legendFormat, result }) =>
      result.map(({ metric, values }) => {
        const at = new Map(values.map(([time, value]) => [time, Number(value)]));
        const points = times
          .map((time) => at.get(time) ?? null)
          .map((value) => (Number.isNaN(value) ? null : value));
        return { name: named(legendFormat, metric), refId, type: FieldType.number, values: points };
      }),
    )
    .map((field, index) => finished(field, index, fieldConfig, theme));
  return { times, fields };
}

/** The table of an instant vector: the time, each label, the value; then the transformation `organize` of the panel. */
export function tableOf({ fieldConfig, transformations = [] }, answered, theme) {
  const result = answered.flatMap(({ result: each }) => each);
  const labels = [...new Set(result.flatMap(({ metric }) => Object.keys(metric)))].sort();
  let fields = [
    { name: 'Time', type: FieldType.time, values: result.map(({ value: [time] }) => time * 1000) },
    ...labels.map((name) => ({
      name,
      type: FieldType.string,
      values: result.map(({ metric }) => metric[name] ?? ''),
    })),
    { name: 'Value', type: FieldType.number, values: result.map(({ value: [, value] }) => Number(value)) },
  ];
  for (const { id, options } of transformations) {
    if (id === 'organize') {
      const { excludeByName = {}, renameByName = {}, indexByName = {} } = options;
      fields = fields
        .filter(({ name }) => excludeByName[name] !== true)
        .sort((one, other) => (indexByName[one.name] ?? 99) - (indexByName[other.name] ?? 99))
        .map((field) => ({ ...field, name: renameByName[field.name] ?? field.name }));
    } else if (id === 'sortBy') {
      const [{ field: by, desc = false }] = options.sort;
      const { values } = fields.find(({ name }) => name === by);
      const order = values
        .map((_, index) => index)
        .sort((a, b) => (desc ? -1 : 1) * (values[a] > values[b] ? 1 : -1));
      fields = fields.map((field) => ({ ...field, values: order.map((index) => field.values[index]) }));
    } else throw new Error(`no transformation ${id}`);
  }
  return fields.map((field, index) => finished(field, index, fieldConfig, theme));
}
