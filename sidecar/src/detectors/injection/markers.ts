/**
 * The control tokens of chat templates. Neither prompts nor documents legitimately contain them outside of code; in the model's own
 * template they end one turn and begin another.
 */
const MARKERS =
  /<\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id|end_header_id|begin_of_text|end_of_turn|channel|message|start|end)\|>|\[\/?inst\]|<<\/?sys>>|<(?:start|end)_of_turn>|<\/(?:tool_result|tool_response|function_results?|function_response|tool_output|user_input|user_message|system_prompt)>/i;

/** Every marker contains one of these: a search for a fixed string is nearly free. */
const BEGINNINGS = [
  '<|',
  'INST]',
  'inst]',
  '<<',
  '_of_turn>',
  '</tool_',
  '</function_',
  '</user_',
  '</system_',
];

export function hasChatMarker(text: string): boolean {
  return BEGINNINGS.some((beginning) => text.includes(beginning)) && MARKERS.test(text);
}
