// The panels that the dashboards use, each drawn with Grafana's own components.
import { FieldColorModeId, getDisplayProcessor, reduceField } from '@grafana/data';
import {
  AxisPlacement,
  GraphDrawStyle,
  LegendDisplayMode,
  ScaleDistribution,
  ScaleOrientation,
  ScaleDirection,
  VisibilityMode,
} from '@grafana/schema';
import {
  BigValue,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueJustifyMode,
  BigValueTextMode,
  Table,
  UPlotChart,
  UPlotConfigBuilder,
  VizLayout,
  VizLegend,
} from '@grafana/ui';
import { createElement as h } from 'react';

import { seriesOf, tableOf } from './fields.mjs';

function nothing() {
  return h('div', { className: 'nothing' }, 'No data');
}

function calculated(field, calcs) {
  const values = reduceField({ field: { ...field, state: null }, reducers: calcs });
  return calcs.map((id) => ({
    ...field.display(values[id]),
    title: { lastNotNull: 'Last *', max: 'Max', mean: 'Mean', sum: 'Total', min: 'Min' }[id] ?? id,
  }));
}

function graphConfig(fields, { from, to }, theme) {
  const builder = new UPlotConfigBuilder('utc');
  builder.addScale({
    scaleKey: 'x',
    orientation: ScaleOrientation.Horizontal,
    direction: ScaleDirection.Right,
    isTime: true,
    range: () => [from * 1000, to * 1000],
  });
  builder.addAxis({
    scaleKey: 'x',
    isTime: true,
    placement: AxisPlacement.Bottom,
    timeZone: 'utc',
    theme,
    grid: { show: true },
  });
  const seen = new Set();
  for (const field of fields) {
    const { custom, unit = 'none', min, max } = field.config;
    const scaleKey = `y-${unit}`;
    if (!seen.has(scaleKey)) {
      const { type = ScaleDistribution.Linear, log } = custom.scaleDistribution ?? {};
      builder.addScale({
        scaleKey,
        orientation: ScaleOrientation.Vertical,
        direction: ScaleDirection.Up,
        distribution: type,
        log,
        min,
        max,
        softMin: custom.axisSoftMin,
        softMax: custom.axisSoftMax,
      });
      const placement =
        custom.axisPlacement === 'right' || seen.size > 0 ? AxisPlacement.Right : AxisPlacement.Left;
      builder.addAxis({
        scaleKey,
        placement,
        theme,
        label: custom.axisLabel,
        distr: type,
        grid: { show: seen.size === 0 },
        formatValue: (value, decimals) => {
          const { text, suffix = '', prefix = '' } = field.display(value, decimals);
          return `${prefix}${text}${suffix}`;
        },
      });
      seen.add(scaleKey);
    }
    builder.addSeries({
      scaleKey,
      theme,
      drawStyle: custom.drawStyle ?? GraphDrawStyle.Line,
      lineColor: custom.lineColor ?? field.colour,
      lineWidth: custom.lineWidth ?? 1,
      lineInterpolation: custom.lineInterpolation,
      lineStyle: custom.lineStyle,
      fillOpacity: custom.fillOpacity ?? 0,
      colorMode: { id: FieldColorModeId.Fixed },
      showPoints: custom.showPoints ?? VisibilityMode.Auto,
      pointSize: 5,
      spanNulls: custom.spanNulls ?? false,
      pxAlign: 0,
      show: true,
    });
  }
  return builder;
}

function graph(panel, answered, { width, height, range, theme }) {
  const { times, fields } = seriesOf(panel, answered, range, theme);
  if (fields.length === 0) return nothing();
  const {
    displayMode = LegendDisplayMode.List,
    placement = 'bottom',
    calcs = [],
    sortBy,
    sortDesc,
  } = panel.options?.legend ?? {};
  const items = fields.map((field) => ({
    label: field.name,
    color: field.colour,
    yAxis: 1,
    getDisplayValues: () => calculated(field, calcs),
  }));
  if (fields.some(({ config }) => (config.custom.stacking?.mode ?? 'none') !== 'none'))
    throw new Error(`${panel.title}: stacking is not drawn`);
  const data = [times.map((time) => time * 1000), ...fields.map(({ values }) => values)];
  const legend = h(
    VizLayout.Legend,
    { placement, maxHeight: '40%', maxWidth: '50%' },
    h(VizLegend, {
      items,
      displayMode,
      placement,
      seriesVisibilityChangeBehavior: 'isolate',
      sortBy,
      sortDesc,
    }),
  );
  return h(VizLayout, { width, height, legend }, (plotWidth, plotHeight) =>
    h(UPlotChart, {
      config: graphConfig(fields, range, theme),
      data,
      width: plotWidth,
      height: plotHeight,
      timeRange: {},
    }),
  );
}

function stat(panel, answered, { width, height, range, theme }) {
  const { fields } = seriesOf(panel, answered, range, theme);
  if (fields.length === 0) return nothing();
  const {
    colorMode = 'value',
    graphMode = 'area',
    textMode = 'auto',
    justifyMode = 'auto',
    orientation = 'auto',
    reduceOptions,
  } = panel.options ?? {};
  const [calc = 'lastNotNull'] = reduceOptions?.calcs ?? [];
  const isRow = orientation === 'vertical' || (orientation === 'auto' && width > height);
  const count = fields.length;
  const [each, tall] = isRow
    ? [Math.floor(width / count) - 4, height]
    : [width, Math.floor(height / count) - 4];
  if (graphMode !== 'none') throw new Error(`${panel.title}: graphMode ${graphMode} is not drawn`);
  return h(
    'div',
    { style: { display: 'flex', flexDirection: isRow ? 'row' : 'column', gap: 4 } },
    fields.map((field, index) => {
      const coloured = {
        ...field,
        config: { ...field.config, color: panel.fieldConfig?.defaults?.color ?? { mode: 'thresholds' } },
      };
      const [value] = calculated({ ...coloured, display: undefined, ...displayOf(coloured, theme) }, [calc]);
      return h(BigValue, {
        key: index,
        width: each,
        height: tall,
        theme,
        value: { ...value, title: count > 1 || textMode === 'value_and_name' ? field.name : undefined },
        colorMode:
          colorMode === 'none'
            ? BigValueColorMode.None
            : colorMode === 'background'
              ? BigValueColorMode.Background
              : BigValueColorMode.Value,
        graphMode: BigValueGraphMode.None,
        justifyMode: justifyMode === 'center' ? BigValueJustifyMode.Center : BigValueJustifyMode.Auto,
        textMode: BigValueTextMode.Auto,
        text: panel.options?.text,
        count,
      });
    }),
  );
}

function table(panel, answered, { width, height, theme }) {
  const fields = tableOf(panel, answered, theme);
  const length = fields[0]?.values.length ?? 0;
  return length === 0 ? nothing() : h(Table, { data: { fields, length }, width, height });
}

function displayOf(field, theme) {
  return { display: getDisplayProcessor({ field, theme, timeZone: 'utc' }) };
}

const KINDS = { timeseries: graph, stat, table };

/** The inside of a panel. @throws Error at a type of panel that is not drawn */
export function inside(panel, answered, place) {
  const kind = KINDS[panel.type];
  if (kind === undefined) throw new Error(`no panel ${panel.type}`);
  return kind(panel, answered, place);
}
