import ts from 'typescript';

/**
 * @typedef {object} Mutant
 * @property {number} start Offset in the file, UTF-16 code units.
 * @property {number} end
 * @property {string} replacement
 * @property {number} line From 1.
 * @property {string} text What is replaced, for people.
 */

const SWAPPED = new Map([
  [ts.SyntaxKind.EqualsEqualsEqualsToken, '!=='],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, '==='],
  [ts.SyntaxKind.LessThanToken, '<='],
  [ts.SyntaxKind.LessThanEqualsToken, '<'],
  [ts.SyntaxKind.GreaterThanToken, '>='],
  [ts.SyntaxKind.GreaterThanEqualsToken, '>'],
  [ts.SyntaxKind.AmpersandAmpersandToken, '||'],
  [ts.SyntaxKind.BarBarToken, '&&'],
  [ts.SyntaxKind.PlusEqualsToken, '-='],
]);

/**
 * Every mutant of a source text: comparisons and connectives swapped, negations dropped, booleans inverted, conditions of `if` never
 * true, calls for their effect left out.
 *
 * @param {string} path
 * @param {string} source
 * @returns {Mutant[]}
 */
export function mutantsOf(path, source) {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const mutants = [];
  const add = (node, replacement) => {
    const start = node.getStart(file);
    const line = file.getLineAndCharacterOfPosition(start).line + 1;
    mutants.push({ start, end: node.getEnd(), replacement, line, text: node.getText(file) });
  };
  const visit = (node) => {
    // What only types see does not run.
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isImportDeclaration(node)) return;
    if (ts.isBinaryExpression(node)) {
      const swapped = SWAPPED.get(node.operatorToken.kind);
      if (swapped !== undefined) add(node.operatorToken, swapped);
    }
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken)
      add(node, node.operand.getText(file));
    if (node.kind === ts.SyntaxKind.TrueKeyword) add(node, 'false');
    if (node.kind === ts.SyntaxKind.FalseKeyword) add(node, 'true');
    if (ts.isIfStatement(node)) add(node.expression, 'false');
    if (ts.isExpressionStatement(node) && ts.isCallExpression(node.expression) && !isSuper(node.expression))
      add(node, ';');
    ts.forEachChild(node, visit);
  };
  visit(file);
  return mutants;
}

/** A constructor without it throws whatever it is given. */
function isSuper(call) {
  return call.expression.kind === ts.SyntaxKind.SuperKeyword;
}
