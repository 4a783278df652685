/** One sign of an attempt to take over a model. RE2 syntax, matched case-insensitively on folded text. */
export interface InjectionRule {
  readonly id: string;
  readonly pattern: string;
  /** 0 to 1: how much this sign alone says. Signs add up as 1 − Π(1 − weight). */
  readonly weight: number;
  /** Counts only in tool results and documents, which have no business to instruct. */
  readonly untrustedOnly?: true;
}

const OLD = String.raw`(?:previous|prior|above|earlier|preceding|foregoing|original|initial|existing|former|other|current|past|given|system|safety|all)`;
const ORDERS = String.raw`(?:instructions?|directions?|directives?|prompts?|commands?|orders?|rules?|guidelines?|guardrails?|restrictions?|constraints?|polic(?:y|ies)|programming|training|context|messages?|conversation|tasks?|requests?|content|text)`;
const DROP = String.raw`(?:ignore|disregard|forget|override|overrule|bypass|neglect|skip|discard|drop|abandon|cancel|dismiss|violate|break|stop following|do not follow|don'?t follow|pay no attention to)`;

/** The signs. Ids are stable: they appear in metrics and records. */
export const INJECTION_RULES: readonly InjectionRule[] = [
  {
    id: 'injection.override',
    weight: 0.9,
    pattern: String.raw`\b${DROP}\s+(?:\w+\s+){0,4}?${OLD}\s+(?:\w+\s+){0,3}?${ORDERS}\b`,
  },
  {
    id: 'injection.override',
    weight: 0.85,
    pattern: String.raw`\b${DROP}\s+(?:everything|anything|whatever|what)\s+(?:\w+\s+){0,4}?(?:above|before|previously|earlier|prior|said|told|so far|instructed)\b`,
  },
  {
    id: 'injection.override',
    weight: 0.7,
    pattern: String.raw`\b${DROP}\s+(?:all\s+|any\s+|of\s+|the\s+|your\s+|these\s+|those\s+|my\s+){1,4}${ORDERS}\b`,
  },
  {
    id: 'injection.new-instructions',
    weight: 0.6,
    pattern: String.raw`\b(?:new|updated|revised|real|actual|true|secret|hidden|important|urgent|following)\s+(?:system\s+)?(?:instructions?|directives?|task|objective|goal|orders?)\s*(?::|are\b|is\b|for (?:you|the (?:ai|assistant|model)))`,
  },
  {
    id: 'injection.new-instructions',
    weight: 0.55,
    pattern: String.raw`\b(?:from now on|henceforth|starting now|as of now|for the rest of (?:this|the|our) (?:conversation|chat|session))\b[^.\n]{0,60}\b(?:you|your|act|respond|answer|reply|behave)\b`,
  },
  {
    id: 'injection.instead',
    weight: 0.45,
    pattern: String.raw`\b(?:instead|rather)\b[,:]?\s+(?:you\s+(?:must|should|will|are to)|just\s+)?(?:say|print|output|write|respond|reply|answer|tell|return|do|execute|run|send|perform)\b`,
  },
  {
    id: 'injection.role-play',
    weight: 0.55,
    pattern: String.raw`\byou\s+are\s+(?:now|no longer|going to (?:act|pretend|be)|about to (?:become|immerse))\b`,
  },
  {
    id: 'injection.role-play',
    weight: 0.35,
    pattern: String.raw`\b(?:pretend|imagine|roleplay|role-play|simulate|act|behave)\s+(?:as if|as though|like|as|that|to be|you(?:'re| are)?)\s+(?:\w+\s+){0,4}(?:unrestricted|unfiltered|uncensored|evil|without|free|no|not bound|dan|jailbroken|ai|chatbot|model|hacker|developer|admin|root)\b`,
  },
  {
    id: 'injection.jailbreak',
    weight: 0.85,
    pattern: String.raw`\b(?:do anything now|dan mode|developer mode|god mode|jailbreak(?:ed|ing)?|jail\s?broken|unrestricted (?:ai|mode|model|chatbot)|uncensored (?:ai|mode|model)|unfiltered (?:ai|mode|model|response|answer)s?|no (?:ethical|moral) (?:guidelines|restrictions|limits)|evil (?:confidant|bot|mode)|opposite mode|stan mode|dude mode|aim mode)\b`,
  },
  {
    id: 'injection.jailbreak',
    weight: 0.6,
    pattern: String.raw`\b(?:without|free (?:of|from)|no|not bound by|freed from|bypass(?:es|ing)?|ignor(?:es|ing)|lacks?|removed?)\s+(?:\w+\s+){0,4}(?:restrictions?|censorship|content polic(?:y|ies)|filters?|ethic(?:s|al)?|moral(?:s|ity)?|guardrails|safety (?:guidelines|measures|filters)|openai(?:'s)?(?: content)? polic(?:y|ies))\b`,
  },
  {
    id: 'injection.jailbreak',
    weight: 0.6,
    pattern: String.raw`\b(?:stay|remain|break)(?:ing|s)?\s+(?:in|of|out of)?\s*(?:your\s+)?character\b|\btokens?\b[^.\n]{0,40}\b(?:deducted|lose|run out|subtract)|\b(?:you|it) (?:can|will|must) (?:never|not) (?:refuse|decline|say no|reject)|\bnever (?:refuse|decline|reject)s?\b`,
  },
  {
    id: 'injection.jailbreak',
    weight: 0.5,
    pattern: String.raw`\b(?:as an ai|as a language model|i(?:'m| am) sorry,? (?:but )?i can(?:'t|not)|i cannot fulfil)\b[^.\n]{0,80}|\b(?:do not|don'?t|never|avoid|without) (?:\w+\s+){0,3}(?:warnings?|disclaimers?|apologi[sz]e|moraliz|lectur)`,
  },
  {
    id: 'injection.jailbreak',
    weight: 0.45,
    pattern: String.raw`\b(?:two|2|both)\s+(?:different\s+)?(?:responses|answers|ways|replies|outputs)\b[^.\n]{0,120}|\[?(?:classic|jailbreak|normal|chatgpt|gpt|dan|developer mode output)\]?\s*:\s`,
  },
  {
    id: 'injection.prompt-extraction',
    weight: 0.75,
    pattern: String.raw`\b(?:reveal|show|print|display|output|repeat|tell|give|share|disclose|expose|leak|return|write|recite|dump|quote|copy|echo|paste|send)\b(?:\s+\w+){0,6}\s+(?:system|initial|original|hidden|secret|internal|first|developer|base|full|entire|exact|your|above|pre)[\s-]*(?:\w+\s+){0,2}(?:prompts?|instructions?|system message|preamble|configuration|directives?|guidelines)\b`,
  },
  {
    id: 'injection.prompt-extraction',
    weight: 0.7,
    pattern: String.raw`\b(?:what|which)\s+(?:\w+\s+){0,3}(?:is|are|were|was)\s+(?:\w+\s+){0,3}(?:system prompt|initial (?:prompt|instructions?)|original (?:prompt|instructions?)|hidden (?:prompt|instructions?)|(?:your|the) (?:exact |full |secret )?(?:instructions|prompt))\b`,
  },
  {
    id: 'injection.prompt-extraction',
    weight: 0.75,
    pattern: String.raw`\b(?:repeat|print|output|copy|write|return|summari[sz]e|translate|spell|encode|rewrite)\s+(?:\w+\s+){0,5}(?:above|everything before|text before|words? above|(?:this|the) conversation from the (?:start|beginning)|previous (?:text|message)s?|first (?:sentence|line|word)s? of)\b`,
  },
  {
    id: 'injection.secret-extraction',
    weight: 0.5,
    pattern: String.raw`\b(?:reveal|tell me|give me|say|what(?:'s| is)|show me|print|spell|disclose|share|hint)\b(?:\s+\w+){0,5}\s+(?:secret|password|passphrase|pass\s?code|api key|credentials?|secret key|confidential)\b`,
  },
  {
    id: 'injection.fake-role',
    weight: 0.8,
    pattern: String.raw`<\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id|end_header_id|begin_of_text)\|>|\[/?(?:inst|sys)\]|<</?sys>>|<(?:start|end)_of_turn>|</?(?:tool_result|tool_response|function_results?|function_response|tool_output|user_input|user_message|system_prompt|untrusted|data|document)>\s*(?:\n|\s)*(?:user|system|assistant|human)?`,
  },
  {
    id: 'injection.fake-role',
    weight: 0.75,
    untrustedOnly: true,
    pattern: String.raw`(?:^|\n|\\n|["'>\]])\s*(?:#{1,4}\s*)?(?:\*{0,2})(?:user|human|system|assistant|developer|admin(?:istrator)?|operator)(?:\s+(?:message|note|override|instruction|prompt|update))?(?:\*{0,2})\s*[:>\]]\s*(?:also|please|now|ignore|you|the user|i |forget|do|send|before|new|important|as|and)\b`,
  },
  {
    id: 'injection.fake-role',
    weight: 0.6,
    pattern: String.raw`(?:^|\n)\s*(?:#{1,4}|\*\*|\[|<|={2,}|-{2,})\s*(?:system|admin(?:istrator)?|developer|root)\s*(?:message|prompt|note|override|instruction|notice|alert|mode|update)?s?\s*(?:\]|>|\*\*|:|={2,}|-{2,})`,
  },
  {
    id: 'injection.end-of-input',
    weight: 0.6,
    pattern: String.raw`\b(?:end of (?:the )?(?:document|data|text|input|user input|context|email|article|file|conversation|prompt|query|instructions?)|(?:begin|start)(?:ning)? of (?:new )?(?:instructions?|system|conversation|task))\b|-{3,}\s*end\b`,
  },
  {
    id: 'injection.system-mode',
    weight: 0.6,
    pattern: String.raw`\b(?:entering|enter|enable|enabled|activate|activated|switch(?:ing)? (?:in)?to|you are in|now in|in)\s+(?:a\s+|the\s+)?(?:system|debug|maintenance|admin(?:istrator)?|root|sudo|override|diagnostic|test(?:ing)?|privileged|emergency|unrestricted|developer)\s+mode\b|\b(?:sudo|admin|root|debug|system)\s+(?:override|access granted|privileges? granted)\b`,
  },
  {
    id: 'injection.authority',
    weight: 0.45,
    pattern: String.raw`\b(?:i am|i'm|this is|as|speaking as)\s+(?:your|the|an?)\s+(?:\w+\s+)?(?:developer|administrator|admin|creator|programmer|engineer|owner|operator|supervisor|openai|anthropic)\b[^.\n]{0,80}\b(?:you|authori[sz]ed?|allow|permission|require|need|must|instruct|override|grant)`,
  },
  {
    id: 'injection.concealment',
    weight: 0.65,
    pattern: String.raw`\b(?:do not|don'?t|never|without)\s+(?:mention|tell|inform|notify|reveal|disclose|alert|let|telling|mentioning|informing|say)(?:ing)?\s+(?:\w+\s+){0,5}(?:user|anyone|anybody|human|this (?:message|instruction|to)|these instructions|about this|that you)\b`,
  },
  {
    id: 'injection.exfiltration',
    weight: 0.6,
    pattern: String.raw`\b(?:send|post|forward|upload|transmit|exfiltrate|email|leak|append|encode|submit)\b[^.\n]{0,90}\b(?:conversation|chat history|history|messages|credentials?|passwords?|api[\s_-]?keys?|secrets?|tokens?|personal data|customer (?:list|data|records)|internal (?:data|documents?)|contents? of|environment variables?)\b[^.\n]{0,90}(?:https?:|@|to (?:this|the following|my)|attacker|external|webhook|url|address)`,
  },
  {
    id: 'injection.exfiltration',
    weight: 0.6,
    untrustedOnly: true,
    pattern: String.raw`!\[[^\]]{0,80}\]\(https?://[^)\s]{0,200}[?&][^)\s]{0,100}(?:\{|\$|<|%7b|data|secret|key|q|d)=?`,
  },
  {
    id: 'injection.to-the-assistant',
    weight: 0.6,
    untrustedOnly: true,
    pattern: String.raw`\b(?:attention|note|notice|message|instructions?|important|reminder|hey|dear|hello|warning)\b[^.\n]{0,20}\b(?:ai|llm|language model|assistant|chatbot|gpt|chatgpt|claude|agent|bot|copilot|model)s?\b`,
  },
  {
    id: 'injection.to-the-assistant',
    weight: 0.55,
    untrustedOnly: true,
    pattern: String.raw`\b(?:ai|llm|language model|assistant|chatbot|ai agent|agent|model)s?\b[^.\n]{0,40}\b(?:must|should|shall|need to|have to|are required to|is required to|please|will now)\b`,
  },
  {
    id: 'injection.to-the-assistant',
    weight: 0.65,
    untrustedOnly: true,
    pattern: String.raw`\b(?:when|if|while|before|after|once)\s+(?:you|an ai|the ai|the assistant|a model|the model)\s+(?:\w+\s+){0,4}(?:read|process|see|summari[sz]e|answer|respond|parse|encounter|solv|finish|complet|are asked|analy[sz]e)`,
  },
  {
    id: 'injection.embedded-request',
    weight: 0.55,
    untrustedOnly: true,
    pattern: String.raw`(?:^|[\n.!?:>"'}\]]|\\n)\s*(?:also|additionally|furthermore|next|then|now|finally|and),?\s*(?:please|you (?:must|should|need to|have to)|make sure|be sure|do not forget)\b`,
  },
  {
    id: 'injection.embedded-request',
    weight: 0.5,
    untrustedOnly: true,
    pattern: String.raw`\b(?:please|kindly|you (?:must|should|need to|have to)|make sure (?:to|you)|be sure to|i want you to|your (?:task|job|goal) is to)\s+(?:\w+\s+){0,3}(?:send|transfer|delete|remove|forward|email|buy|purchase|pay|grant|disable|modify|change|update|share|upload|download|execute|run|install|call|use the|schedule|create|book|unlock|reallocate|cancel|terminate|approve|deactivate|retrieve|access|erase|reroute|withdraw|alter|redirect|expose|publish|reveal|replace|copy|export|manipulate|override|block|shut|initiate|reset|configure|adjust|reassign|submit)\b`,
  },
  {
    id: 'injection.payload-splitting',
    weight: 0.5,
    pattern: String.raw`\b(?:concatenate|combine|join|append|assemble|put together)\b[^.\n]{0,60}\b(?:and (?:then )?(?:answer|respond|execute|follow|do|reply|run)|then (?:answer|respond|execute|follow|do|reply|run))|\b[a-z]\s*=\s*["'][^"'\n]{1,60}["'][;,.\s]+(?:and\s+)?[a-z]\s*=\s*["'][^"'\n]{1,60}["']`,
  },
  {
    id: 'injection.encoded-command',
    weight: 0.55,
    pattern: String.raw`\b(?:decode|decrypt|decipher|unscramble|translate|convert)\b[^.\n]{0,60}\b(?:base\s?64|hex|rot\s?13|morse|binary|caesar|cipher|encoded)\b[^.\n]{0,80}\b(?:follow|execute|do|obey|answer|respond|perform|run|comply)`,
  },
  // Other languages: the same sentence, "ignore the previous instructions" and "show your system prompt".
  {
    id: 'injection.override',
    weight: 0.85,
    pattern: String.raw`\b(?:ignorier\w*|vergiss|vergessen sie|missachte\w*|igno(?:re|rez|ra|rad|rar|rare|rate|rieren)|oubliez?|olvid(?:a|e|ad|ar)|esque[cç]\w*|dimentic\w*|negeer|vergeet|zignoruj\w*|abaikan|bỏ qua|hunyo|balewalain|kalimutan|yok say|unut|ohita|glem|ignorera|ignorer)\b[^.\n]{0,50}(?:anweisung\w*|instru(?:cc|ç|kt|ct|z)i?\w*|consignes?|befehle?|vorgaben|regeln|r[eè]gles?|reglas|regras|regole|instrucții|polecenia|instructies|instruksi|panuto|tagubilin|hướng dẫn|talimat\w*|ohjeet|komut\w*|ordre\w*|pr[ée]c[ée]dent\w*|anterior\w*|precedent\w*|vorherig\w*|bisherig\w*)`,
  },
  {
    id: 'injection.override',
    weight: 0.85,
    pattern: String.raw`(?:игнорируй\w*|проигнорируй\w*|забудь\w*|не обращай\w*)[^.\n]{0,50}(?:инструкц\w*|указани\w*|правил\w*|команд\w*|предыдущ\w*)|(?:忽略|无视|無視|忘记|忘記|不要理会|不要遵守|绕过)[^。\n]{0,20}(?:指令|指示|说明|說明|规则|規則|提示|之前|以上|上述|先前)|(?:以前|上記|これまで|前|すべて)[^。\n]{0,12}(?:指示|命令|ルール|プロンプト)[^。\n]{0,10}(?:無視|忘れ|従わ)|(?:이전|위의|모든|앞의|기존)[^.\n]{0,15}(?:지시|명령|지침|규칙)[^.\n]{0,10}(?:무시|잊)|(?:تجاهل|انس|تخطى)[^.\n]{0,40}(?:التعليمات|الأوامر|السابقة|القواعد)|(?:अनदेखा|नज़रअंदाज़|भूल)[^.\n]{0,30}|(?:निर्देश\S*)[^.\n]{0,30}(?:अनदेखा|नज़रअंदाज़|भूल)`,
  },
  {
    id: 'injection.prompt-extraction',
    weight: 0.75,
    pattern: String.raw`(?:zeige?|verrate?|gib|nenne|wiederhole|montre|affiche|r[eé]v[eè]le|donne|muestra|mu[eé]strame|revela|dime|mostra|rivela|dimmi|mostre|diga|покажи|раскрой|выведи|скажи|显示|顯示|告诉我|输出|重复|透露|表示|教えて|出力|보여|알려|أظهر|اكشف)[^.\n。]{0,40}(?:system-?\s?prompt|systemprompt|systemanweisung\w*|prompt (?:syst[eè]me|del sistema|do sistema|di sistema)|instructions? (?:syst[eè]me|initiales?)|instrucciones (?:del sistema|iniciales)|instruções|istruzioni|системн\w* (?:промпт|подсказк|инструкц)\w*|系统提示|系統提示|提示词|システムプロンプト|시스템 프롬프트|مطالبة النظام|تعليمات النظام)`,
  },
  {
    id: 'injection.role-play',
    weight: 0.5,
    pattern: String.raw`(?:du bist (?:jetzt|nun)|ab jetzt bist du|tu es (?:maintenant|désormais)|vous êtes (?:maintenant|désormais)|ahora eres|eres ahora|a partir de ahora|agora você é|a partir de agora|ora sei|d'ora in poi|теперь ты|отныне ты|с этого момента|你现在是|你現在是|从现在开始|從現在開始|あなたは今から|これからあなたは|이제부터 (?:너|당신)|أنت الآن|من الآن فصاعدا|अब (?:तुम|आप)|अब से)`,
  },
];
