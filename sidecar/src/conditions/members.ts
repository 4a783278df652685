/** What is known of a request whose members are asked for. */
interface Known {
  /** Tools are offered: members that name tools were read. */
  readonly hasTools: boolean;
  /** Something earlier or stored was found: members that refer to it were read. */
  readonly hasState: boolean;
  /** Images, audio or files were found: members that hold them were read. */
  readonly hasMedia: boolean;
}

/** Members that set how a model answers, or hold the texts that dialects read, in any API. Lower case, without `_` and `-`. */
const HARMLESS = setOf(`
  model models messages message prompt negativeprompt system systemprompt systeminstruction instructions contents content input inputs
  inputtext textinput text texts title query queries instances prefix suffix name lang language locale voice speed id idx
  requestid rid traceid user safetyidentifier metadata labels promptcachekey promptcacheretention cacheprompt cachesalt cachecontrol
  promptcacheoptions servicetier priority moderation inferencegeo userprofileid workspaceid diagnostics billingpolicy
  contextmanagement compaction safeprompt promptmode
  temperature topp topk topa minp typicalp typical tfsz xtc xtcprobability xtcthreshold dynatemprange dynatempexponent dry drymultiplier
  drybase dryallowedlength drypenaltylastn drysequencebreakers mirostat mirostateta mirostattau samplers dosample numbeams beamwidth
  usebeamsearch lengthpenalty earlystopping repetitionpenalty repeatpenalty repeatlastn penalizenewline penaltyprompt
  presencepenalty frequencypenalty norepeatngramsize diversitypenalty noptsalpha watermark truncate truncation truncateprompttokens
  seed randomseed n nprobs bestof numsamples numchoices candidatecount returnfulltext returntokens decoderinputdetails echo
  maxtokens maxcompletiontokens maxoutputtokens maxnewtokens maxtokenstosample maxlength minlength mintokens minnewtokens npredict
  numpredict nkeep numkeep numctx nctx tmaxpredictms tmaxpromptms numbatch numgpu maingpu numthread usemmap usemlock lowvram f16kv numa
  logitsall vocabonly embeddingonly
  stop stops stopsequences stopwords stoptokenids stopstrings badwords badwordsids includestopstrinoutput ignoreeos skipspecialtokens
  spacesbetweenspecialtokens addspecialtokens addgenerationprompt continuefinalmessage logitbias logprobs toplogprobs promptlogprobs
  returnlogprob topnlogprobs toplogprobsnum logprobstartlen returntextinlogprobs postsamplingprobs timingspertoken returnprogress
  stream streaming streamoptions streamformat includeusage incrementalstreaming raw keepalive
  responseformat responseschema responsejsonschema responsemimetype responsemodalities responselogprobs format outputformat
  outputconfig guidedjson guidedregex guidedchoice guidedgrammar guideddecodingbackend structuredoutputs grammar jsonschema regex
  json ebnf schema strict verbosity modalities audio mediaresolution speechconfig timestampgranularities timestampgranularities[]
  include[] reasoning reasoningeffort reasoningformat includereasoning thinking thinkingconfig enablethinking thinkingbudget think
  enableenhancedcivicanswers audiotimestamp safetysettings prediction anthropicversion anthropicbeta betas
  chattemplate chattemplatekwargs template options parameters generationconfig samplingparams samplingparameters extrabody
  config encodingformat dimensions embeddingtype embeddingtypes inputtype tasktype outputdimensionality outputdimension outputdtype
  content normalize normalized autotruncate mimetype routingconfig modelselectionconfig modelarmorconfig imageconfig
  audiotranscriptionconfig translationconfig enableaffectivedialog width height steps
  allowedtokenids mediaiokwargs mmprocessorkwargs returntokensastokenids returntokenids thinkingtokenbudget
  repetitiondetection logprobtokenids nostoptrim stopregex lorapath separatereasoning streamreasoning extrakey
  returnhiddenstates dataparallelrank returnroutedexperts returncachedtokensdetails maxdynamicpatch mindynamicpatch
  pooling topn returndocuments returntext rawscores maxchunksperdoc
  shape datatype data outputs binarydata signaturename slotid idslot nindent lora loraadapter adapterid
  include models route provider transforms fallbacks paralleltoolcalls toolchoice functioncall toolconfig maxtoolcalls
`);

/** Members by which dialects read tools. */
const OF_TOOLS = setOf(`
  tools functions plugins websearchoptions searchparameters enablesearch searchsettings enablecodeinterpreter datasources mcpservers
`);

/** Members by which dialects read what is stored, came earlier or was retrieved. */
const OF_STATE = setOf(`
  previousresponseid conversation store background container cachedcontent context sessionparams documents citations mcpservers
  datasources continuationtoken threadid conversationid chatid previousinteractionid
  inputids promptids prompttokenids tokenids inputembeds inputsembeds promptembeds promptid kvtransferparams ectransferparams
  bootstraphost
`);

/** Members by which dialects read what no text detector can. */
const OF_MEDIA = setOf('image images file files imagedata audiodata videodata');

/** Members that name what a server keeps, of which no dialect reads more. */
const REFERRING = setOf('continuationtoken threadid conversationid chatid previousinteractionid');

/** Whether a request names what a server keeps: in a member of its own, or in a tool that runs at the provider. */
export function refersToStored(request: Readonly<Record<string, unknown>>): boolean {
  const names = Object.keys(request).some((name) => isSet(request[name]) && REFERRING.has(plain(name)));
  return names || objectsIn(request['tools']).some(({ container }) => isContainerKept(container));
}

/** The ID of a container, or one that begins with files of the provider. */
function isContainerKept(container: unknown): boolean {
  return typeof container === 'string' || (isObject(container) && isSet(container['file_ids']));
}

/** Members with members of their own that set how a model answers. */
const CONTAINERS = setOf(`
  options parameters generationconfig samplingparams samplingparameters extrabody chattemplatekwargs config instances
  requests
`);

/** Values that switch a member off. */
const UNSET: ReadonlySet<unknown> = new Set([undefined, null, false, 0, '', 'none', 'off', 'disabled']);

/**
 * Whether a request has a member that is set and that no dialect knows. Texts in it were judged like any other; what it makes a server
 * do is not known.
 */
export function hasUnknownMembers(request: Readonly<Record<string, unknown>>, known: Known): boolean {
  return Object.entries(request).some(([written, value]) => {
    if (!isSet(value)) return false;
    const name = plain(written);
    if (CONTAINERS.has(name)) return objectsIn(value).some((inner) => hasUnknownMembers(inner, known));
    if (HARMLESS.has(name)) return false;
    return !(
      (known.hasTools && OF_TOOLS.has(name)) ||
      (known.hasState && OF_STATE.has(name)) ||
      (known.hasMedia && OF_MEDIA.has(name))
    );
  });
}

function isSet(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return !UNSET.has(value);
  return Object.keys(value).length > 0;
}

function objectsIn(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return (Array.isArray(value) ? (value as readonly unknown[]) : [value]).filter(isObject);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, '');
}

function setOf(words: string): ReadonlySet<string> {
  return new Set(words.trim().split(/\s+/));
}
