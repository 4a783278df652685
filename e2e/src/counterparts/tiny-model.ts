import { spawnSync } from 'node:child_process';

/** A random llama of 2 layers with a vocabulary of bytes: half a megabyte, with real inference of every token. */
const SCRIPT = `
import sys, numpy
from gguf import GGUFWriter, TokenType
width, heads, layers, forward = 64, 4, 2, 128
words = ["\\u2581hello", "\\u2581the", "\\u2581model", "\\u2581says"]
tokens = ["<unk>", "<s>", "</s>"] + ["<0x%02X>" % b for b in range(256)] + words
types = [TokenType.UNKNOWN, TokenType.CONTROL, TokenType.CONTROL] + [TokenType.BYTE] * 256 + [TokenType.NORMAL] * len(words)
w = GGUFWriter(sys.argv[1], "llama")
w.add_context_length(512); w.add_embedding_length(width); w.add_block_count(layers)
w.add_feed_forward_length(forward); w.add_head_count(heads); w.add_head_count_kv(heads)
w.add_layer_norm_rms_eps(1e-5); w.add_rope_dimension_count(width // heads); w.add_vocab_size(len(tokens))
w.add_tokenizer_model("llama"); w.add_token_list(tokens); w.add_token_scores([0.0] * len(tokens)); w.add_token_types(types)
w.add_bos_token_id(1); w.add_eos_token_id(2); w.add_unk_token_id(0)
w.add_chat_template("{% for m in messages %}{{ m['content'] }}{% endfor %}")
rng = numpy.random.default_rng(7)
def random(*shape): return (rng.standard_normal(shape) * 0.1).astype(numpy.float32)
def ones(n): return numpy.ones(n, dtype=numpy.float32)
w.add_tensor("token_embd.weight", random(len(tokens), width)); w.add_tensor("output.weight", random(len(tokens), width))
w.add_tensor("output_norm.weight", ones(width))
for i in range(layers):
    b = "blk.%d." % i
    w.add_tensor(b + "attn_norm.weight", ones(width)); w.add_tensor(b + "ffn_norm.weight", ones(width))
    for name in ("attn_q", "attn_k", "attn_v", "attn_output"): w.add_tensor(b + name + ".weight", random(width, width))
    w.add_tensor(b + "ffn_gate.weight", random(forward, width)); w.add_tensor(b + "ffn_up.weight", random(forward, width))
    w.add_tensor(b + "ffn_down.weight", random(width, forward))
w.write_header_to_file(); w.write_kv_data_to_file(); w.write_tensors_to_file(); w.close()
`;

/** Writes the model to `file` with an environment that has `gguf`. @throws Error with Python's last line */
export function writeTinyModel(python: string, file: string): void {
  const { status, stderr } = spawnSync(python, ['-c', SCRIPT, file], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr.trim().split('\n').at(-1) ?? 'the model could not be written');
}
