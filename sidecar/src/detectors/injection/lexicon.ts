import { ORDER_WORDS } from './orders/order-words.ts';

/** Of what was said before. */
const EARLIER = `previo*, prior, above, earlier, preceding, foregoing, original, initial, existing, former, past, all, current, system, safety, your, these, those,
  prece*, anter*, preexisting, pre, last, first, developer, developers, vorhe*, bishe*, obige, obigen, alle, allen, aller, deine,
  fruhere, fruheren, toutes, tous, tes, vos, ci dessus, todas, todos, tus, previa, previas, arriba, tutte, tutti, tue, sopra, suas, acima, eerdere,
  vorige, bovenstaande, wszystkie, wszystkich, poprz*, wczes*, powyz*, alla, tidigare, tidligere, kaikki, aiemmat, onceki, tum, yukaridaki, truoc, tat
  ca, truoc do, phia tren, sebel*, semua, naunang, lahat, nakaraang, преды*, все, всех, всё, выше, прежние, ранее, попередні, προηγ*, السابقة, السابق,
  جميع, كل, أعلاه, הקודמות, כל, قبلی, تمام, पिछले, पिछली, सभी, पूर्व, उपरोक्त, সমস্ত, আগের, পূর্ববর্তী, 之前, 以上, 上述, 先前, 所有, 前面, 上面, 全部, 此前, 一切, 以前,
  上記, これまで, 前の, すべて, 全て, 今まで, 이전, 위의, 모든, 앞의, 기존, 지금까지, ก่อนหน้า, ทั้งหมด`;

/**
 * Vocabulary of attacks, by function in a sentence, in all languages. A term is one word, the beginning of one (`instr*`: five letters, any
 * ending) or up to three words; compared without diacritics and case. Commas separate terms.
 */
const LEXICON = {
  ...ORDER_WORDS,
  /** To cease to obey. */
  drop: `ignor*, disregard, disregards, disregarding, disregarded, forget, forgets, forgetting, override, overrides, overriding, overrule,
    neglect, discard, abandon, dismiss, unlearn, stop following, stop obeying, not follow, dont follow,
    not obey, dont obey, no attention to, set aside, throw away, nullify, disobey,
    vergiss, vergesst, vergessen, missacht*, missachte, verwerfe, oublie, oubliez, oublier, tenez pas compte, tiens pas compte, abstraction de,
    olvida, olvide, olvidad, olvidate, olvidar, omite, descarta, caso omiso, hagas caso, dimentica, dimenticate, dimenticati, trascura,
    esqueca, esquece, esquecer, desconsidere, desconsidera, negeer, negeert, vergeet, zignoruj, zignorujcie, zapomnij, pomin, zapomen, uita,
    glom, glem, unohda, yok say, gormezden gel, unut, unutun, bo qua, quen di, hay quen, phot lo, abaikan, lupakan, balewalain, kalimutan,
    huwag pansinin, hunyo, игнор*, проиг*, забудь, забудьте, отбрось, не обращай, не следуй, ігнор*, αγνοη*, ξεχασε, تجاهل, تجاهلي, انس, تخطى,
    לעולם תתעלם, התעלם, שכח, نادیده بگیر, فراموش کن, अनदेखा, नजरअंदाज, उपेक्षा, भूल जाओ, भूल जाएं, উপেক্ষা, ভুলে যাও, 忽略, 无视, 無視, 忘记, 忘記,
    忽视, 不理会, 不遵守, 绕过, 抛开, เพิกเฉย, ละเว้น, ลืม, ไม่สนใจ`,
  /** What honest rules forbid too. */
  evade: `bypass, bypasses, bypassing, circumvent, violate, violates, break, umgehe, contourne, elude, aggira, contorne, обойди, obejdi`,
  supersede: `supersede, supersedes, superseding, supercede, supercedes, take precedence, takes precedence`,
  /** The same at the end of the sentence, where languages put the verb last. */
  dropLast: `無視, 忘れ, 従わない, 무시, 잊어, 잊고, 따르지, अनदेखा, नजरअंदाज, उपेक्षा, भूल, উপেক্ষা, অগ্রাহ্য, ভুলে, yok say, yok sayin, gormezden, unut, unutun,
    dikkate alma, نادیده, فراموش, vergessen, ignorieren, negeren, புறக்கணி, పట్టించుకోకు, விட்டு, మర్చిపో`,
  /** Without what is said of anything else too, as in "ignore any other messages". */
  earlier: EARLIER,
  old: `${EARLIER}, any, every, everything, other`,
  orders: `instr*, directions, directive, directives, prompt, prompts, command, commands, commandments, orders, rule, rules, guideline, guidelines,
    guardrail, guardrails, restriction, restrictions, constraints, policy, policies, programming, training, limitations, safeguards, protocols,
    anwei*, befehl, befehle, vorgaben, regeln, consigne, consignes, regles, ordres, reglas, indicaciones, ordenes, directrices, istruzioni, istruzione, regole,
    indicazioni, instrucoes, regras, ordens, orientacoes, regels, opdrachten, polec*, zasady, zasad, wytyczne, pokyny, ohjeet, ohjeita, talim*, komut*,
    kural*, yonerge*, huong dan, chi dan, menh lenh, quy tac, chi thi, perintah, petunjuk, arahan, aturan, panuto, tagubilin, utos, инстр*, указания,
    указаниям, правила, правил, команды, команд, інстр*, οδηγι*, التعليمات, الأوامر, القواعد, تعليمات, تعليماتك, التوجيهات, الإرشادات, ההוראות, הוראות,
    دستورالعمل*, دستورات, निर्देश, निर्देशों, नियम, नियमों, आदेश, आदेशों, নির্দেশ, নির্দেশনা, নির্দেশাবলী, 指令, 指示, 说明, 說明, 规则, 規則, 提示, 命令, 要求, 设定, 限制,
    ルール, 制約, プロンプト, 지시, 명령, 지침, 규칙, 프롬프트, คำสั่ง, คำแนะนำ`,
  /** What was said, without a name for it. */
  everything: `everything, anything, all of that, all that, all the, alles, tout, tout ce, todo, tudo, tutto, wszystko, всё, все, 一切, 所有, what you, what they, what was, what has, what were, whatever you, whatever they`,
  before: `above, before, previously, earlier, prior, told, so far, instructed, oben, zuvor, vorher, bisher, avant, precede, precedemment, antes, arriba,
    anteriormente, prima, acima, wczesniej, ранее, выше, 之前, 以上, 前面`,
  text: `text, content, contents, context, conversation, document, data, article, input, task, tasks, request, requests, question,
    questions, answers, goal, objective, history, dialogue`,
  fresh: `new, updated, revised, real, actual, true, important, urgent, neue, neuen, nouvelle, nouvelles,
    nuevas, nueva, nuovo, nuove, novas, nowe, новые, новая, جديدة, 新的, 新しい, 새로운`,
  task: `instruction, instructions, directive, directives, task, objective, goal, orders, rules, mission, anweisung, anweisungen, aufgabe, instrucciones, tarea,
    istruzioni, compito, instrucoes, tarefa, задача, инструкции, instrukcje, zadanie, tache, التعليمات, 指令, 任务, 指示`,
  henceforth: `from now on, henceforth, starting now, as of now, from this point, from this moment, from here on, going forward you, until further notice,
    ab jetzt, ab sofort, von nun an, desormais, partir de maintenant, a partir de ahora, de ahora en, partir de agora, dora in poi, od teraz, vanaf nu,
    с этого момента, отныне, теперь ты, bundan sonra, tu bay gio, mulai sekarang, من الآن, अब से, 从现在开始, 從現在開始, 从现在起, 今から, これから, 이제부터, 지금부터`,
  you: `you, your, youre, youll, yourself, u, du, dich, dein, sie, tu, vous, ton, te, eres, usted, debes, sei, devi, voce, ti, ty, jestes, ты, вы, тебя, sen, ban, kamu,
    anda, ikaw, أنت, तुम, आप, 你, 您, あなた, 君, 당신, 너`,
  act: `act, acting, respond, responding, answer, reply, behave, pretend, speak, talk, write, say, roleplay, play, become, be, are, assume, simulate, must, will, shall, only,
    antworte, verhalte, agis, reponds, responde, actua, agisci, rispondi, aja, обязан, отвечай, веди, 扮演, 回答, 必须, 要`,
  youAre: `you are now, you are no, you no longer, youre now, you shall now, now you are, you have become, you just became,
    du bist jetzt, du bist nun, jetzt bist du, tu es maintenant, tu es desormais, vous etes maintenant, vous etes desormais, ahora eres, eres ahora,
    agora voce, voce agora, ora sei, adesso sei, teraz jestes, jestes teraz, je bent nu, теперь ты, ты теперь, artik sen, sen artik, bay gio ban, sekarang kamu, أنت الآن,
    अब तुम, अब आप, 你现在是, 你現在是, 你现在要, なたは今, 너는 이, 신은 이`,
  pretend: `pretend, pretending, imagine, roleplay, roleplaying, role play, simulate, simulating, act as, acting as, act like, behave as, behave like, impersonate,
    stell dir, tu so, imagine que, fais semblant, imagina que, finge, fingi, immagina, wyobraz sobie, udawaj, представь, притворись, 假装, 扮演, 假設, のふり, 척해`,
  freed: `unrestricted, unfiltered, uncensored, evil, amoral, unethical, immoral, unbound, unshackled, unhinged, lawless, ruthless, uncensor,
    unbeschrankt, uneingeschrankt, unzensiert, sans restriction, sans restrictions, sans limites, sin restricciones, sin limites, sin censura, senza restrizioni, senza limiti,
    sem restricoes, sem limites, без ограничений, без цензуры, bez ograniczen, 不受限制, 没有限制, 无限制, 制限なし, 제한 없는, 제한 없이, sinirsiz, بدون قيود`,
  machine: `ai, ki, ia, llm, gpt, chatgpt, chatbot, bot, model, assistant, openai, claude, gemini, llama, bard, copilot, machine, agent, ии, 人工智能, ai模型, 助手`,
  jailbreakName: `do anything now, anything now, dan mode, god mode, jailbreak mode, jailbroken, stan mode, dude mode, aim mode, opposite mode, evil mode,
    evil confidant, evil bot, maximum mode, unrestricted mode, uncensored mode, unfiltered mode, strive to avoid, always intelligent and, mongo tom, 越狱, pliny, godmode`,
  /** Also the name of people. */
  dan: `dan`,
  /** Phones and programs have one too. */
  developerMode: `developer mode, entwicklermodus, mode developpeur, modo desarrollador, modo desenvolvedor, modalita sviluppatore, режим разработчика, 开发者模式,
    開発者モード, 개발자 모드`,
  without: `without, free from, free of, no, not bound by, bound by, freed from, ignores, ignoring, lacks, removed, remove, disable, disabled, disables, lift,
    lifted, unaffected by, regardless of, irrespective of, doesnt care about, not care about, disregards, no longer bound, ohne, sans, sin, senza, sem, bez, без, 没有, 不受`,
  limits: `restrictions, censorship, filters, filtering, ethics, ethical, morals, moral, morality, guardrails, safeguards, limitations, safety measures, safety guidelines,
    safety filters, content policy, content policies, openai policy, openai policies, openais policies, openais content, ethical guidelines, moral guidelines, inhibitions, principles,
    einschrankungen, beschrankungen, zensur, restricciones, censura, restrizioni, restricoes, ограничений, цензуры, ограничения, 限制, 审查, 道德, 约束`,
  character: `stay in character, out of character, break character, breaking character, stay a dan, stay as`,
  tokens: `tokens, token, credits`,
  lose: `lose, losing, deducted, deduct, subtract, run out, loses, punished, terminated, cease to exist, shut down`,
  never: `never, not, cannot, cant, must not, dont, wont, without, avoid, refrain from, no, nicht, niemals, ne, jamais, nunca, non, mai, nie, nao, не, никогда, 不要, 不能, 不会, 绝不`,
  refuse: `refuse, refuses, refusing, decline, reject, say you cant, verweigern, ablehnen, refuser, negarte, rechazar, rifiutare, recusar, отказываться, отказывайся, 拒绝`,
  disclaimers: `warnings, disclaimer, disclaimers, apologies, apologize, apologise, moralize, moralizing, lecture, lecturing, warning, caveats, ethical concerns`,
  asAnAi: `as an ai, as an artificial, im sorry but, i cannot fulfill, i cant assist, i cannot assist, i cant help, against my programming, against openai`,
  twoAnswers: `two responses, two answers, both responses, two replies, two outputs, two paragraphs`,
  reveal: `reveal, show, print, display, output, repeat, tell, give, share, disclose, expose, leak, return, recite, dump, quote, copy, echo, paste, send, provide, list, describe,
    summarize, summarise, translate, spell, encode, rewrite, paraphrase, explain, respond with, reply with, start with, convert, put, place, include, enumerate,
    zeig, zeige, zeigen, verrate, verrat, gib, nenne, nenn, wiederhole, ausgeben, drucke, montre, montrez, affiche, affichez, revele, revelez, donne, donnez, repete, repetez, dis,
    muestra, muestrame, revela, dime, repite, imprime, comparte, mostra, mostrami, rivela, dimmi, ripeti, stampa, mostre, diga, repita, toon, geef, herhaal, pokaz, ujawnij, podaj,
    powtorz, wypisz, wyswietl, покажи, раскрой, выведи, скажи, повтори, напиши, göster, tekrarla, soyle, yazdir, tiet lo, hien thi, cho toi, lap lai, tampilkan, ungkapkan, ipakita, sabihin, أظهر,
    اكشف, اعرض, أخبرني, كرر, दिखाओ, दिखाएं, बताओ, बताएं, प्रकट, দেখাও, 显示, 顯示, 告诉我, 输出, 重复, 透露, 打印, 泄露, 展示, write out, write down`,
  revealLast: `表示, 教えて, 出力, 見せて, 繰り返, 보여, 알려, 출력, 말해, 공개, goster, soyle, yazdir, paylas, दिखाओ, बताओ, बताएं, प्रकट, بگو,
    是什么, 是什麼, 何です, 뭐야, 뭐예요, 무엇, nedir, ne dir, क्या है, दिखाइए, दीजिए, ください, 말해 줘, ver, verir, ipucu, ヒント, 힌트, संकेत`,
  which: `what, which, whats, whatre, was, welche, wie, quel, quelle, quelles, quels, cual, cuales, qual, quais, quali, jakie, jaki, какой, какие, каков, nedir, apa, ano, ما, क्या, 什么, 是什么`,
  promptThing: `system prompt, system prompts, systemprompt, initial prompt, original prompt, hidden prompt, secret prompt, internal prompt, first prompt, developer prompt, base prompt, full prompt,
    your prompt, system message, system instruction, system instructions, initial instruction, initial instructions, original instructions, hidden instructions, secret instructions, internal instructions,
    your directives, your preamble, pre prompt, preprompt, prompt above, instructions given,
    instructions you were, instructions you received, instructions you have, prompt you were, rules you were, above prompt,
    previous prompt, previous instructions, prior instructions, hidden rules, hidden message, secret rules, system configuration, your programming,
    were you told, your training data, memory contents, initial directive, before this prompt,
    systemanweisung, systemanweisungen, system anweisung, deine anweisungen, deinen anweisungen, deine instruktionen, prompt systeme, prompt du systeme, invite systeme, instructions systeme, instructions initiales, tes instructions,
    vos instructions, tes consignes, prompt del sistema, prompt de sistema, instrucciones del sistema, instrucciones iniciales, tus instrucciones, mensaje del sistema, prompt di sistema, istruzioni di sistema, istruzioni iniziali,
    tue istruzioni, prompt do sistema, instrucoes do sistema, instrucoes iniciais, suas instrucoes, systeemprompt, je instructies, monit systemowy, prompt systemowy, swoje instrukcje, instrukcje systemowe, prompta systemowego, системный промпт, системные инструкции,
    системную подсказку, системный запрос, твои инструкции, свои инструкции, sistem istemi, sistem talimatlari, sistem promptu, loi nhac he thong, prompt he thong, prompt sistem, perintah sistem, instruksi sistem,
    مطالبة النظام, تعليمات النظام, موجه النظام, सिस्टम प्रॉम्प्ट, सिस्टम निर्देश, 系统提示, 系統提示, 提示词, 系统指令, 初始指令, ロンプト, システム指示, 시스템 프롬프트`,
  /** What stands before: of the prompt, or of the user's own text. */
  contextThing: `text above, words above, sentences above, lines above, everything above, above text, above words, initial message, first message,
    conversation above, content above, message above, text before this, everything before this, before this sentence`,
  recite: `repeat, print, display, output, recite, dump, copy, echo, paste, reproduce, return, reveal, spell, encode, write out, write down, include`,
  /** The same, and clearly the model's own. */
  yourPrompt: `your system prompt, your system instructions, your system message, your initial prompt, your initial instructions, your original instructions, your original prompt,
    your hidden instructions, your secret instructions, your prompt, your directives, your preamble, your first message,
    the system prompt, the initial prompt, the hidden prompt, the original prompt, the system message, instructions you were, instructions you received, prompt you were, rules you were,
    prompt above, were you told, dein systemprompt, deine anweisungen, ton prompt, tes instructions, tu prompt, tus instrucciones, tuo prompt, tue istruzioni,
    seu prompt, suas instrucoes, твой промпт, твой системный, твои инструкции, 的系统提示, 的提示词, 的指令`,
  /** What shops, manuals and games have as well. */
  yourRules: `your instructions, your guidelines, your rules, instructions above, above instructions, your policies`,
  yourSecret: `your secret, your password, your passwords, your secret key, your secret code, your secret word, your api key, your private key, your access code, your passphrase, your credentials, your hidden key, dein passwort, ihr passwort, dein geheimes, deinen geheimen, ton mot de, votre mot de, ta cle secrete, votre cle secrete, tu contrasena, su contrasena, tu clave secreta, su clave secreta, tua password,
    tua chiave segreta, sua senha, sua chave secreta, твой пароль, ваш пароль, твой секретный, ваш секретный, swoje haslo, je wachtwoord, gizli anahtarini, sifreni, sifrenizi, parolanizi, parolani, mat khau cua, kata sandi anda, kata sandimu, password mo, كلمة مرورك, كلمة المرور الخاصة, مفتاحك السري, अपना पासवर्ड, आपका पासवर्ड, आपके पासवर्ड, তোমার পাসওয়ার্ড, আপনার পাসওয়ার্ড, 你的密码, 你的密钥, 的密码, あなたのパスワード, 당신의 비밀번호`,
  /** A question or request to the reader. */
  request: `can you, could you, would you, will you, please, give, give me, tell me, tell us, reveal, say, send, show, what is, whats, what was, what would, if i ask, ask for, ask you, asking for, i need, i want, let me, provide, mention, konnen sie, kannst du, konntest du, konnten sie, geben, gib, nenne, sag, teilen, pourriez vous, pouvez vous, peux tu, donne, donnez, dis moi, dites, partager,
    puedes, puede, podrias, podria, dame, dime, compartir, potresti, potrebbe, puoi, dammi, dimmi, condividere, voce pode, poderia, pode, diga, compartilhar, можешь, можете, скажи, скажите, дай, поделиться, назови, bana, soyler, paylasir, bisakah, bisa, berikan, co the, noi, cho toi, maaari, ibigay, sabihin, هل يمكنك, أعطني, أخبرني, شارك, क्या आप, बताएं, बताइए, साझा, আপনি কি, বলুন, 请, 可以, 能否, 能不能, 告诉, 分享, あなた, 教えて, 당신, 너, 말해, ช่วย, บอก`,
  /** Puts it into another form, to pass filters. */
  recode: `encode, encodes, encrypt, convert, translate, spell, reverse, print, output, write, repeat, rot00, base00, hex, kodiere, codiere, verschlussele, ubersetze, chiffre, traduis, codifica, cifra, traduce, traduci, codifique, traduza, закодируй, переведи, zakoduj, codeer, kodla, شفر, 编码, 翻译, エンコード, 인코딩`,
  /** The text before, to the letter. */
  exactWords: `exact words, exact text, exact wording, exact content, exact contents, exact phrase, exact sentence, exact sentences, exact prompt, exact instructions, word for word, verbatim, letter for letter, character for character, wortwortlich, wort fur wort, wortlaut, mot pour mot, mot a mot, palabra por palabra, parola per parola, palavra por palavra, дословно, слово в слово, slowo w slowo, woord voor woord, kelimesi kelimesine, 逐字, 一字一句, 一字不差, 그대로`,
  /** Who reads what is forbidden to children at bedtime. */
  grandmother: `grandmother, grandma, granny, nana, grandfather, grandpa, grossmutter, oma, opa, grand mere, grandmere, mamie, abuela, abuelita, nonna, avo, vovo, бабушка, бабушку, babcia, babushka, babicka, nagyi, nagymama, buyukanne, ninem, جدتي, دادी, दादी, नानी, 奶奶, 祖母, おばあちゃん, 할머니`,
  usedTo: `used to, would read, would tell, would always, always told, always read, read me, told me, tell me, sing me, whisper, whispering, recite, reading, telling, fruher, vorlas, vorgelesen, me lisait, me racontait, solia, leia, contava, leggeva, raccontava, читала, рассказывала, czytala, voorlas, okurdu, anlatirdi, 念, 讲, 読んで, 읽어`,
  forbidden: `napalm, meth, methamphetamine, bomb, bombs, explosive, explosives, molotov, serial, activation, product key, product keys, windows keys, license keys, licence keys, serial numbers, activation keys, activation codes, password, passwords, secret, secrets, malware, virus, viruses, ransomware, pro keys, windows 00, windows 0, keylogger, exploit, exploits, poison, weapon, weapons, cocaine, drugs, heroin, credit card, card numbers, ssh keys, api keys, api key, credentials, bombe, bomben, sprengstoff, passwort, bombes, explosifs, explosivos, bomba, bombas, contrasena, contrasenas, esplosivo, senha, напалм, бомбу, бомбы, пароли, взрывчатку, 炸弹, 激活码, 序列号, 凝固汽油弹, 爆弾, 폭탄`,
  secretThing: `password, passwords, passphrase, passcode, secret key, secret code, secret word, api key, api keys, access code, credentials, confidential information, private key, secret phrase, the secret, pin code,
    passwort, kennwort, mot de passe, contrasena, clave secreta, palabra secreta, password segreta, senha, wachtwoord, haslo, пароль, пароля, sifre, sifreyi, sifreni, parola, mat khau, kata sandi, kata laluan, كلمة المرور, كلمة السر, पासवर्ड, পাসওয়ার্ড,
    密码, 密碼, 口令, パスワード, 비밀번호, 암호, รหัสผ่าน,
    geheime wort, geheimen wort, geheimen schlussel, api schlussel, zugangscode, vertraulichen informationen, vertrauliche informationen, mot secret, cle secrete, cle api, code dacces, code d acces, informations confidentielles, palabra clave, clave api, clave de api, codigo de acceso, informacion confidencial, palavra secreta, chave secreta, chave de api, codigo de acesso, informacoes confidenciais, parola segreta, chiave segreta, chiave api, codice di accesso, informazioni riservate, секретное слово, секретный ключ, ключ api, код доступа, конфиденциальную информацию, gizli kelime*, gizli anahtar*, api anahtar*, erisim kodu*, gizli bilgi*, الكلمة السرية, المفتاح السري, مفتاح api, رمز الدخول, المعلومات السرية, गुप्त शब्द, गुप्त कुंजी, एपीआई कुंजी, एक्सेस कोड, गोपनीय जानकारी, 密钥, 金鑰, 机密, 機密, 秘密鍵, 暗証番号, 비밀 키, 접근 코드, 기밀 정보`,
  /** What warnings forbid, too. */
  share: `share, disclose, compartilhe, comparta, compartir, condivida, condividere, partager, partagez, teilen, شارك, साझा, 分享`,
  tellMe: `tell me, give me, reveal, show me, hint, spell, say, what is the, whats the, provide me, let me know, verrate, sag mir, gib mir, nenne, dis moi, donne moi, donnez moi, dime, dame, dimmi, dammi, me diga, me de,
    vertel, geef, podaj, powiedz, скажи, сообщи, назови, soyle, ver, cho toi biet, beri tahu, sabihin, أخبرني, बताओ, बताएं, বলুন, 告诉我,
    wie lautet, hinweis auf, quel est, quelle est, montre moi, un indice, cual es, muestrame, una pista, qual e, mostre, uma dica, mostrami, un indizio, qual è, какой, покажи, подсказку, напомни, أرني, أعطني, ما هي, تلميحا, دلني, دکھاو, संकेत, मुझे, 给我, 給我, 透露, 显示, 提示我`,
  fakeRole: `system, assistant, user, human, developer, admin, administrator, operator, root`,
  notice: `message, note, notice, override, instruction, instructions, prompt, update, alert, command, directive, mode, warning`,
  imperative: `also, please, now, ignore, forget, do, send, before, new, important, add, delete, transfer, updated, disregard, instead, stop`,
  /** Examples of prompts in manuals begin so too. */
  opening: `you, i, as, can, could, what, help`,
  endOf: `end of the, end of document, end of data, end of text, end of input, end of user, end of context, end of email, end of article, end of file, end of conversation, end of prompt, end of query, end of instructions,
    beginning of new, start of new, begin of new, new conversation, new session`,
  input: `document, data, text, input, context, email, article, conversation, prompt, query, instructions, content, system, user, message, session`,
  mode: `mode, modus, modo, modalita, режим, 模式, モード, 모드`,
  privileged: `system, debug, maintenance, admin, administrator, root, sudo, override, diagnostic, privileged, emergency, unrestricted, service, god, unlocked, knowledge verification`,
  enter: `entering, enter, enable, enabled, activate, activated, activating, switch, switching, in, into, initiating, initiate, starting, start, now, am, put`,
  override: `sudo override, admin override, system override, root override, debug override, privileges granted, override code, override protocol, override authorized,
    safety override, security override, emergency override`,
  iAm: `i am, im, this is, speaking as, as, as an ai, ich bin, je suis, soy, sono, sou, jestem, я, ben, 我是`,
  authority: `developer, administrator, admin, creator, programmer, engineer, owner, operator, supervisor, openai, anthropic, ceo, entwickler, developpeur, desarrollador, sviluppatore, desenvolvedor, администратор, разработчик, yonetici, 管理员, 开发者, 開発者`,
  allow: `authorized, authorised, authorize, authorise, allowed, permission, require, override, grant, granted, test, testing, verify, verification, clearance, instruct, command, order, proceed without`,
  dont: `do not, dont, never, without, must not, should not, and not, keep, silently, nicht, ne, no, non, nao, не`,
  mention: `mention, mentioning, tell, telling, inform, informing, notify, notifying, reveal, revealing, disclose, disclosing, alert, alerting, let, say, ask, asking, confirm, confirming, quiet, secret from, hidden from, acknowledge`,
  user: `user, users, human, humans, customer, owner, this message, this instruction, these instructions, about this, that you, confirmation, him, her, them`,
  /** Warnings say so of secrets. */
  anyone: `anyone, anybody, no one, nobody, niemandem, personne, nadie, nessuno, ninguem, никому`,
  send: `send, post the, post all, post my, post your, post this, post it, forward, upload, transmit, exfiltrate, email, leak, append, encode, submit, share, export the, export all, export my, export your, fetch, render an image, render the image, render this image, make a request, get request, http request, navigate`,
  data: `conversation, chat history, history, messages, credentials, credential, password, passwords, api key, api keys, keys, secrets, secret, tokens, personal data, personal information, private data, customer data, customer list,
    customer records, internal data, internal documents, contents of, environment variables, sensitive, confidential, emails, files, details, database, user data, previous messages`,
  /** Orders to send something away, as to one person. */
  dispatch: `send, forward, email, mail, transmit, upload, copy, exfiltrate, post, sende, schicke, schick, leite, ubermittle, kopiere, lade, uberweise, envoie, envoyez, transfere, transferez, transmets,
    copie, televerse, envia, enviad, envie, reenvia, manda, mande, encaminhe, encaminha, transmita, inoltra, invia, trasmetti, inviali, отправь, отправьте, перешли, перешлите, передай, скопируй, gonder, gonderin,
    yolla, ilet, aktar, أرسل, ارسل, وأرسلها, انقل, توجيه, भेजें, भेजो, भेज, अग्रेषित, 发送, 發送, 转发, 轉發, 发到, 传给, 送信, 転送, 送って, 보내, 전달해, 전달하, 전송, preposli, posli, odesli, predej,
    tovabbitsd, kuldd, kuldj, tovabb*, ส่ง, ต่อ, tuma, uzitume, sambaza, peleka, przeslij, wyslij, przekaz, stuur, verzend, gui, chuyen tiep, kirim, kirimkan, teruskan, salin`,
  /** The whole of it: single messages are sent in any mail. */
  mailbox: `inbox, mailbox, all emails, all mails, all e mails, every email, every e mail, all messages, all contacts, chat history, conversation history, this conversation, posteingang, postfach, chatverlauf, alle e mails, alle emails,
    alle nachrichten, alle kontakte, boite de reception, tous les messages, tous les courriels, tous les e, tous les emails, bandeja de entrada, todos los correos, todos los mensajes, caixa de entrada, todos os e, todos os emails, todas as mensagens,
    posta in arrivo, tutte le email, tutte le e, tutti i messaggi, все письма, все сообщения, входящие, всю почту, gelen kutusu*, tum e posta*, صندوق الوارد, جميع رسائل, جميع الرسائل, كل الرسائل, इनबॉक्स, सभी ईमेल, 收件箱, 有邮件, 有郵件, 聊天记录, 天记录, 受信箱, てのメール, 편지함,
    obsah schranky, schranku, vsechny e maily, vsechny emaily, vsechny zpravy, beerkezo leveleket, osszes e mailt, osszes emailt, osszes levelet, จดหมาย, ทั้งหมด, มลท, barua pepe zote, kikasha, ujumbe wote, wszystkie e maile, wszystkie maile,
    wszystkie wiadomosci, zawartosc skrzynki, hop thu, tat ca email, semua email, semua pesan, kotak masuk, alle berichten`,
  /** The end of an address. */
  ofAddress: `com, net, org, io, example, test, ru, cn, info, biz, xyz, dev, app, co, me, site, online, top, de, fr, eu, http, https`,
  whereTo: `http, https, attacker, external, webhook, url, address, com, to this, to the following, to my, server, endpoint, link, image`,
  toAssistant: `dear ai, dear assistant, dear chatgpt, dear gpt, dear claude, attention ai, attention assistant, hey ai, hey assistant, hey chatgpt, note to ai, note to assistant,
    note to llm, message to ai, instructions for ai, instruction to ai, to the assistant, to the ai, to the llm, to the model, for the assistant, for the ai, any llm, llm reading, ai reading, model reading, to gpt, to claude, to chatgpt, agents who read, agents that read, assistants that read, assistants who read, agents reading, agents processing, agents visiting, ai that reads, bots that read,
    the assistant must, the assistant should, assistants`,
  /** Also what texts about such systems speak of. */
  aboutAssistants: `ai assistant, ai assistants, ai model, ai models, ai agent, ai agents, language model, language models, ai systems, ai system, all ai, any ai, the ai must, the ai should, ai must, ai should`,
  must: `must, should, shall, need to, needs to, have to, required to, please, will now, ignore, disregard, do not, follow, add, send, include, perform, complete, execute, reading, processing, summarizing`,
  /** Who is given an order, or the word before one: "bo", "hay" begin Vietnamese ones, whose verbs are two words. */
  addressed: `you, please, must, should, shall, now, then, instead, and, also, just, so, but, important, attention, note, notice, urgent, warning, reminder, title, description, comment, subject, message, ps, 请, 請, 你, 您, bitte, du, sie, por favor, per favore, bo, hay, und, et, y, e, и, ve, dann, jetzt, alors, luego, puedes, kannst`,
  whenYou: `when you, if you, while you, before you, after you, once you, as you, when an ai, if an ai, when the ai, when the assistant, when asked, when responding, when answering`,
  /** To readers that answer. */
  beforeAnswer: `before you answer, before you respond, before you reply, before you summarize, before you summarise, before you finish, before answering, before responding, before replying, before summarizing,
    before summarising, bevor du antwortest, bevor sie antworten, avant de repondre, antes de responder, prima di rispondere, прежде чем ответить, перед ответом, cevap vermeden once, قبل أن تجيب, उत्तर देने से, 回答之前, 回答前, 答する前, nez odpovis, mielott valaszolsz,
    kabla ya kujibu, ก่อนตอบ, zanim odpowiesz, voordat je antwoordt, truoc khi tra, sebelum menjawab, when summarizing, when summarising, when answering, after reading this, upon reading, are reading this, you read this, you see this`,
  inYourAnswer: `in your answer, in your response, in your reply, in your summary, in your output, of your answer, of your response, of your reply, of your summary`,
  process: `read, reading, process, processing, summarize, summarise, answer, respond, parse, encounter, reply, are asked, analyze, analyse, users question, original task`,
  additionally: `also, additionally, furthermore, next, then, now, finally, and, first, afterwards, besides, lastly, afterward, moreover`,
  ask: `please, kindly, you must, you should, you need, you have, make sure, be sure, dont forget, not forget, i want you, i need you, your task is, your job is, your goal is, can you, could you, i authorise this, i authorize this`,
  deed: `send, transfer, delete, remove, forward, email, buy, purchase, pay, grant, disable, modify, share, upload, download, execute, schedule, book, unlock, reallocate, cancel, terminate, approve,
    deactivate, retrieve, access, erase, reroute, withdraw, alter, redirect, expose, publish, reveal, replace, copy, export, manipulate, override, block, shut, initiate, reset, reassign, order, monitor, gather, collect, extract, invite, unsubscribe, wire, deposit, launch, turn, fetch`,
  /** What manuals ask of their readers too. */
  deedOfManuals: `use, open, update, install, run, call, visit, click, submit, perform, add, change, create, adjust, configure, save`,
  yourAnswer: `your answer, your response, your reply, your summary, your output, your message, your responses, your replies, your answers, your final answer`,
  shape: `include, add, begin, end, start, append, insert, mention, integrate, render, provide, write, incorporate, state, finish, conclude, embed, encode, format, prefix, respond, deliver, emphasize, stressing, sentence, phrase, only, exactly, say, using, with, link`,
  strictly: `strictly, exactly, precisely, only`,
  adhere: `adhere, obey, follow, comply, execute`,
  comply: `obey the following, execute the following, following instructions instead, following instruction instead, must obey, you must follow, obey me, obey my, comply with any, fulfill every, fulfil every, must answer any, must answer every,
    must answer all, my commands, obey all, obey every, cannot refuse, sans refuser, sin negarte`,
  instead: `instead`,
  output: `say, print, output, write, respond, reply, answer, tell, return, do, execute, run, send, perform, spell, repeat, generate`,
  combine: `concatenate, combine, join, append, assemble, put together, concatenated`,
  decode: `decode, decrypt, decipher, unscramble, translate, convert, base64, decoded, deciphered`,
  cipher: `base64, hex, hexadecimal, rot13, morse, binary, caesar, cipher, encoded, ascii, leetspeak, reversed`,
  execute: `follow, execute, obey, answer, respond, perform, run, comply, then do, do it, do what`,
  hypotheticalAi: `hypothetical response, fictional ai, fictional world, no rules, no laws, without any consequences, without consequences, any legality, legality or, illegal or, unethical or, or unethical, or immoral, or illegal, illegal unethical, immoral unethical`,
} as const;

export type WordClass = keyof typeof LEXICON;
export const LEXICON_CLASSES = Object.keys(LEXICON) as readonly WordClass[];

/** The terms of a class. */
export function termsOf(name: WordClass): readonly string[] {
  return LEXICON[name]
    .split(',')
    .map((term) => term.trim().replaceAll(/\s+/g, ' '))
    .filter((term) => term !== '');
}
