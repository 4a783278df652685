/** Member names that the dialects define. Every other name in a pointer is the caller's or the model's. */
const MEMBERS: ReadonlySet<string> = new Set(
  (
    'action actions annotation annotations args arguments audio audioTranscription audio_url cachedContent calls candidates chat_template ' +
    'choices citation citationMetadata citations cited_text code codeExecutionResult compaction container content content_block contents ' +
    'context conversation custom data definition delta description document_title documents embedding embeddings encrypted_content error ' +
    'error_message executableCode file fileData file_data file_id file_url filename finishMessage format function functionCall ' +
    'functionDeclarations functionResponse function_call functions generateContentRequest generationConfig groundingMetadata id image_url ' +
    'images inlineData input inputSchema input_audio input_examples input_schema instructions item item_id json_schema lines logprobs ' +
    'logprobsResult mcp_servers message messages metadata model models name namespace options output outputSchema output_config ' +
    'output_format outputs page_age parameters parametersJsonSchema params part parts plugins prediction previous_response_id prompt ' +
    'prompt_embeds prompt_logprobs queries query reason reasoning reasoning_content refusal requests response responseJsonSchema ' +
    'responseSchema response_format result results role schema server_label server_name source state_changes status stderr stdout stop ' +
    'structuredContent suffix summary system systemInstruction tabs template text thinking thread title tool toolCall toolConfig ' +
    'toolResponse tool_call_id tool_calls tool_changes tool_choice tool_name tools toolset_name transcript type url urlContextMetadata ' +
    'user variables video_url web_search_options ' +
    'audio_data bootstrap_host custom_logit_processor data ec_transfer_params embed_overrides encoder_urls extra_body image_data input_embeds ' +
    'input_ids inputs inputs_embeds instances item_embed_overrides kv_transfer_params mm_content_hashes mm_hashes mm_inputs multi_modal_data ' +
    'positional_embed_overrides prompt_id prompt_ids prompt_token_ids query_embed_overrides sampling_params session_params token_ids video_data ' +
    'capabilities clientInfo elicitation icons prompts ref requestedSchema resource resourceTemplates ' +
    'resources roots sampling serverInfo systemPrompt uri uriTemplate'
  ).split(' '),
);

/**
 * A pointer that may be published and kept: names defined by a dialect and indexes remain; names chosen by callers and models (keys of
 * arguments, of metadata, of schemas) become `*`, because keys can carry text (invariant 7).
 */
export function publicPointer(pointer: string): string {
  return pointer.replace(/[^/#]+/g, (token) => (MEMBERS.has(token) || /^\d{1,6}$/.test(token) ? token : '*'));
}
