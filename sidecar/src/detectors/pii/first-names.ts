/**
 * First names that are no common words, countries or cities, in lower case: the most frequent ones of the 1990 census of the United States
 * (Census Bureau, public domain).
 */
export const FIRST_NAMES: ReadonlySet<string> = new Set(
  `
aaron abbey abbie abby abdul abe abel abigail abraham abram ada adalberto adam adan addie adela adelaida
adelaide adele adelia adelina adeline adell adella adelle adina adolfo adolph adria adrian adriana
adriane adrianna adrianne adrienne afton agatha agnes agustin agustina ahmad ahmed aida aileen aimee
aisha aja akiko alaina alan alana alanna alba albert alberta albertha albertina albertine alberto albina
alda alden aldo alec alecia alejandra alejandrina alejandro alena alene alesha alesia aleta aletha
alethea alethia alex alexa alexander alexandra alexia alexis alfonso alfonzo alfred alfreda alfredo ali
alia alica alice alicia alida alina aline alisa alisha alison alissa allan allegra allen allene allie
allison allyson alma almeda alonso alonzo alphonse alphonso alta altagracia altha althea alton alva
alvaro alvin alvina alyce alycia alysha alysia alyson alyssa amada amado amalia amanda amber ambrose
amelia amie amina amos amparo amy ana anabel anastacia anastasia anderson andra andre andrea andreas
andree andres andrew andria andy anette angel angela angeles angelia angelica angelika angelina angeline
angelique angelita angella angelo angie anglea anh anibal anika anissa anita anitra anjanette ann anna
annabel annabell annabelle annamarie anne anneliese annemarie annetta annette annie annis annmarie
anthony antione antionette antoine antoinette anton antone antonette antonia antonina antonio antony
antwan anya april araceli aracely arcelia archie ardella arden ardis ardith aretha ariana arianna ariel
arielle arleen arlen arlene arletta arlette arlie arline armand armando armida arnetta arnold arnoldo
arnulfo aron arron arthur artie arturo asa asha ashely ashlee ashleigh ashley ashli ashlie ashly ashton
astrid asuncion athena aubrey audra audrea audrey audry august augusta augustina augustine augustus aura
aurea aurelia aurelio autumn ava avelina avery avis awilda ayana ayanna ayesha babara babette bailey
bambi barb barbara barbie barbra barney barrett barry bart barton basil bea beatrice beatriz beau beckie
becky belen belia belinda bella belle belva ben benedict benita benito benjamin bennett bennie benny
benton berenice bernadette bernadine bernard bernardo bernetta bernice bernie berniece bernita berry
bert berta bertha bertie bertram beryl bess bessie beth bethany bethel betsy bette bettie bettina betty
bettye beulah beverlee beverley beverly bianca billie billy billye birdie birgit blaine blair blake
blanca blanch blanche bob bobbi bobbie bobby bobbye bonita bonnie bonny booker boris boyce boyd brad
bradford bradley bradly brady brandee branden brandi brandie brandon brandy brant breanna breanne bree
brenda brendan brendon brenna brent brenton bret brett brian briana brianna brianne brice bridget
bridgett bridgette brigette brigid brigida brigitte britany britney britni britt brittani brittany
brittney brittni brock broderick brook brooke brooks bruce brunilda bruno bryan bryant bryce bryon buck
bud buddy buffy buford burl burt burton buster byron caitlin caitlyn caleb callie calvin camelia cameron
cami camilla camille cammie candace candance candelaria candi candice candida candie candis caprice cara
caren carey cari caridad carie carin carina carissa carl carla carleen carlene carletta carline carlo
carlos carlota carlotta carlton carly carlyn carma carman carmel carmela carmelita carmella carmelo
carmen carmine carol carolann carole carolee caroline carolyn carolyne carolynn caron carri carrie
carrol carroll carson carter cary caryl caryn casandra casey casie cassandra cassidy cassie catalina
catharine catherine cathi cathie cathleen cathrine cathryn cathy catina catrina cecelia cecil cecila
cecile cecilia cecily cedric cedrick celena celeste celestina celestine celia celina celine cesar
chadwick chana chanda chandra chanel chang chantal chantel chantelle charissa charisse charity charla
charleen charlene charles charlette charley charlie charline charmaine charolette chas chase chasity
chastity chauncey chaya chelsey chelsie cheri cherie cherise cherish cherly cherri cherrie cheryl
cheryle chester chet cheyenne chiquita chloe chong chris chrissy christa christal christel christen
christene christi christian christiana christiane christie christin christina christine christoper
christopher christy chrystal chuck chun chung ciara ciera cierra cinda cindi cindy cinthia clair claire
clara clare clarence claribel clarice clarissa clark claud claudette claudia claudine claudio clayton
clement clemente clementina clementine cleo cleta cletus cliff clifford clifton clint clinton clotilde
clyde cody colby cole coleen coleman colette colin colleen collen collette collin colton concepcion
concetta conchita connie conrad constance consuela consuelo cora coral corazon cordelia cordell coreen
corene coretta corey cori corie corina corine corinna corinne corliss cornelia cornelius cornell corrie
corrina corrine cortez cortney cory courtney coy craig crista cristal cristi cristin cristina cristine
cristobal cristopher cristy cruz curt curtis cyndi cynthia cyril cyrus cythia dagmar dahlia daisey daisy
dale dalia dalila dalton damaris damian damien damion damon dan dana dane danelle danette dani dania
danial danica daniel daniela daniele daniella danielle danilo danita danna dannie dannielle danny dante
danyelle daphine daphne dara darci darcie darcy darell daren daria darin dario darius darla darleen
darlene darline darnell daron darrel darrell darren darrick darrin darron darryl darwin daryl dave david
davida davina davis dawn dawna dayle dayna dean deana deandra deandre deangelo deann deanna deanne deb
debbi debbie debbra debby debi debora deborah debra debrah debroah dedra dee deeann deena deidra deidre
deirdre delana delbert delfina delia delilah delinda delisa dell delma delmar delmer delois delora
delores deloris delphia delphine demarcus demetra demetria demetrius dena deneen denice denis denise
denita denna dennis dennise denny deon derek derick derrick deshawn desirae desiree desmond dessie
destiny devin devon devona dewayne dewey dewitt dexter diamond dian diana diane diann dianna dianne dick
digna dillon dina dinah dino dion dione dionne dirk dixie dollie dolly dolores domenic domenica dominga
domingo dominic dominick dominique dominque dona donald dong donita donn donna donnell donnie donny
donovan donte dora dorathy dorcas doreen dorene doretha dori dorian dorinda dorine doris dorotha
dorothea dorothy dorris dorsey dortha dorthea dorthy dottie doug douglas douglass dovie doyle drew
drucilla drusilla duane dudley dulce duncan dustin dusty dwain dwayne dwight dylan earl earle earlean
earlene earline earnest earnestine eartha easter eboni ebony eda eddie eddy edelmira eden edgar edgardo
edie edison edith edmond edmund edmundo edna eduardo edward edwardo edwin edwina edythe effie efrain
efren eileen elaina elaine elana elayne elba elbert elda elden eldon eldora eldridge eleanor eleanora
eleanore elease elena elenor elenora elfriede eli elia elias elicia elida elijah elinor elisa elisabeth
elise eliseo elisha elissa eliza elizabeth elizbeth elizebeth elke ella ellen ellie elliot elliott ellis
ellsworth ellyn elma elmer elmira elmo elna elnora elodia eloisa eloise elouise eloy elroy elsa elsie
elton elva elvera elvia elvie elvin elvira elvis elwood elyse ema emanuel emelia emerson emery emiko
emil emile emilee emilia emilie emilio emily emma emmanuel emmett emmie emmitt emmy emogene emory ena
enedina eneida enid enoch enola enrique enriqueta erasmo eric erica erich erick ericka erik erika erin
erlene erlinda erma erna ernest ernestina ernestine ernesto ernie errol ervin erwin esmeralda esperanza
essie esteban estela estell estella estelle ester esther estrella ethan ethel ethelyn ethyl etta eugene
eugenia eugenie eugenio eula eulalia eun eunice eusebio eva evalyn evan evangelina evangeline eve evelia
evelina eveline evelyn evelyne everett everette evette evie evon evonne ezekiel ezequiel ezra fabian
fabiola faith fallon fannie fanny farah farrah fatima faustina faustino fausto fawn fay faye federico
felecia felica felice felicia felicita felicitas felipa felipe felisa felisha felix felton ferdinand
fermin fern fernanda fernando ferne fidel filiberto filomena fiona flavia fletcher flo flor flora
florance florence florencia florencio florene florentina florentino florinda florine flossie floy floyd
fonda forrest foster fran frances francesca francesco francine francis francisca francisco frank frankie
franklin franklyn fred freda freddie freddy frederic frederica frederick fredericka fredia fredric
fredrick freeda freeman freida frieda fritz gabriel gabriela gabriele gabriella gabrielle gail gale
galen garfield garland garnet garnett garret garrett garry garth gary gaston gavin gay gaye gayla gayle
gaylord gaynell gemma gena genaro gene geneva genevieve genie genoveva geoffrey george georgene
georgetta georgette georgiana georgianna georgie georgina georgine gerald geraldine geraldo geralyn
gerard gerardo gerda germaine gerri gerry gertie gertrud gertrude gigi gil gilbert gilberto gilda
gillian gina ginger ginny gino giovanna giovanni gisela gisele giselle giuseppe gladis glady gladys glen
glenda glendora glenn glenna glennis glinda gloria glory golda goldie gonzalo gordon grace gracia gracie
graciela grady graham graig granville greg gregg gregoria gregorio gregory greta gretchen gretta
griselda grover guadalupe guillermina guillermo gus gussie gustavo guy gwen gwendolyn hae hai hailey hal
haley halina hallie hana hank hanna hannah hannelore hans harlan harland harley harmony harold harriet
harriett harriette harris harrison harry harvey hassan hattie haydee hayden hayley haywood hazel heath
heather hector hedwig heide heidi helen helena helene helga hellen henrietta henriette henry herb
herbert heriberto herlinda herman hermelinda hermina hermine herminia herschel hershel hester hettie
hilario hilary hilda hildegard hillary hilma hilton hipolito hiram hiroko hoa hobert holley holli hollie
hollis holly homer horace horacio hortencia hortense hortensia hosea howard hoyt hubert huey hugh
hugo hui hulda humberto hung hunter huong hyman hyun ian ida idalia idell idella iesha ignacia ignacio
ike ila ileana ilene iliana ilona ilse ima imelda imogene ina indira ines inez inga inge ingeborg inger
ingrid iola iona ione ira irena irene iris irma irmgard irvin irving irwin isaac isabel isabell isabella
isabelle isaiah isaias isela isiah isidro ismael isreal issac iva ivan ivette ivonne ivory ivy jacalyn
jacinta jacinto jack jackeline jacki jackie jacklyn jaclyn jacob jacque jacquelin jacqueline jacquelyn
jacques jacquline jacqulyn jada jade jae jaime jaimie jake jamaal jamal jamar jame jamel james jamey
jami jamie jamila jamison jammie jan jana janae jane janeen janel janell janelle janene janessa janet
janeth janett janetta janette janey janice janie janina janine janis janita janna jannette jannie
jaqueline jared jarod jarred jarrett jarrod jarvis jasmin jasmine jason jasper jaunita javier jay jayme
jayne jayson jazmin jazmine jean jeana jeane jeanetta jeanette jeanie jeanine jeanna jeanne jeannette
jeannie jeannine jed jeff jefferey jefferson jeffery jeffrey jeffry jena jenell jenelle jenette jeni
jenifer jeniffer jenine jenise jenna jennefer jennette jenni jennie jennifer jenniffer jenny jerald
jeraldine jeramy jere jeremiah jeremy jeri jerilyn jermaine jerold jerome jeromy jerrell jerri jerrie
jerrod jerrold jerry jesenia jesica jess jesse jessenia jessi jessica jessie jesus jettie jewel jewell
jill jillian jim jimmie jimmy jin jina joan joana joanie joann joanna joanne joaquin jocelyn jodee jodi
jodie jody joe joel joelle joellen joesph joetta joey johanna john johnathan johnathon johnetta johnie
johnna johnnie johnny johnson joleen jolene jolie jolynn jon jonah jonas jonathan jonathon jonell
jonelle joni jonna jonnie jordon jorge jose josef josefa josefina joselyn joseph josephina josephine
josette josh joshua josiah josie joslyn jospeh josue jovita joyce joycelyn joye juan juana juanita jude
judi judie judith judson judy jules juli julia julian juliana juliann julianna julianne julie juliet
julieta juliette julio julissa julius june jung junior justin justina justine jutta kacey kaci kacie
kaitlin kaitlyn kala kali kami kandace kandi kandice kandy kara karan kareem karen karey kari karie
karin karina karissa karl karla karlene karol karolyn karon karren karri karrie karyn kasandra kasey
kassandra kassie kate katelyn kathaleen katharina katharine katherin katherine kathern katheryn kathi
kathie kathleen kathlene kathlyn kathrine kathryn kathryne kathy kathyrn katie katina katrina kattie
katy kay kaye kayla kaylee kayleigh kaylene kazuko kecia keely keenan keesha keiko keisha keith keli
kellee kelley kelli kellie kelly kellye kelsey kelsie kelvin ken kendall kendra kendrick keneth kenisha
kenna kenneth kennith kenny kent kenton kenyatta kenyetta keri kermit kerri kerrie kerry kesha keshia
keven kevin kia kiara kiera kiesha kieth kiley kim kimber kimberely kimberlee kimberley kimberli
kimberly kindra king kip kira kirby kirk kirsten kirstin kisha kitty kizzy korey kori kory kourtney
kraig kris krista kristal kristan kristen kristi kristian kristie kristin kristina kristine kristofer
kristopher kristy kristyn krystal krystle krystyna kum kurt kurtis kyla kyle kylee kylie kym kyong kyra
kyung lacey laci lacie lacy ladonna lai laila lakeisha lakesha lakeshia lakisha lamar lamont lan lana
lance landon lane lanette lani lanita lanny laquita lara larae larhonda larisa larissa larry larue
lashanda lashawn lashonda lashunda latanya latasha laticia latisha latonia latonya latoria latosha
latoya latrice latricia latrina laura laureen laurel lauren laurence laurene lauretta laurette lauri
laurie laurine lavada lavern laverna laverne lavina lavinia lavon lavonda lavonne lawana lawanda
lawerence lawrence lazaro lea leah leana leandra leandro leann leanna leanne leatha leatrice leda lee
leeann leeanne leesa leif leigh leila leilani leisa lela leland lelia lemuel lena lenard lenna lennie
lenny lenora lenore leo leola leon leona leonard leonarda leonardo leone leonel leonor leonora leopoldo
leora leota lera leroy lesa lesia leslee lesley lesli leslie lessie lester leta letha leticia letitia
lettie letty levi lewis lia liana liane libby lida lidia lien ligia lila lilia lilian liliana lilla
lillian lillie lilly lily lin lina linda lindsay lindsey lindy linette linh linnea linnie lino linsey
linwood lionel lisa lise lisette lissa lissette lita liz liza lizabeth lizbeth lizette lizzie lloyd
logan lois lola lolita lon lona loni lonna lonnie lonny lora loraine lore loree loreen lorelei loren
lorena lorene lorenza lorenzo loretta lori lorie lorinda lorine lorna lorraine lorretta lorri lorrie
lottie lou louann louella louie louis louisa louise lourdes louvenia lovie lowell loyce loyd luana luann
luanne lucas lucia luciana luciano lucie lucien lucienne lucila lucile lucille lucina lucinda lucio
lucius lucrecia lucretia lucy lue luella luigi luis luisa luke lula lulu lupe lupita lura lurline luther
luvenia luz lyda lydia lyla lyle lyman lyn lynda lyndon lyndsay lyndsey lynette lynn lynne lynnette
lynwood mabel mable machelle macie mack mackenzie macy madaline madalyn madeleine madeline madelyn madge
madie madonna mae maegan magaly magda magdalena magdalene maggie magnolia mai maida maira majorie
malcolm malcom malia malik malika malinda malisa malissa mallory mamie mammie manda mandi mandy manuel
manuela maranda marc marcel marcela marcelina marcelino marcella marcelle marcellus marcelo marci marcia
marcie marco marcos marcus marcy maren margaret margarete margarett margaretta margarette margarita
margarite margarito marge margeret margery margie margit margo margorie margot margret marguerite
margurite mari maria mariah mariam marian mariana mariann marianna marianne mariano maribel maribeth
maricela marie mariel mariela marietta marilee marilou marilyn marilynn marina mario marion marisa
marisela marisol marissa marita maritza marjorie marjory markita markus marla marleen marlena marlene
marlin marlo marlon marlyn marlys marna marni marnie marquerite marquis marquita marry marsha marshall
marta martha marti martin martina martine marty marva marvel marvin mary maryann maryanne marybeth
maryellen maryjane maryjo marylee marylin marylou marylyn masako mason mathew mathilda matilda matilde
matt matthew mattie maud maude maudie maura maureen maurice mauricio maurine mauro mavis max maxie
maximo maxine maxwell maya maybelle mayme maynard mayra mazie mckenzie mckinley meagan meaghan mechelle
mee meg megan meghan meghann mei mel melanie melba melina melinda melisa melissa mellisa mellissa
melodie melonie melony melva melvin melvina mercedes mercy meredith merilyn merle merlene merlin merna
merri merrill merry mervin meryl mia micaela micah michael michaela michal michale micheal michel
michele micheline michell michelle michiko mickey micki mickie migdalia miguel mike mikel mikki mila
milagros milan mildred milford milissa millard millicent millie milo milton mimi mina mindi mindy
minerva minh minnie miquel mira miranda mireya miriam mirian mirna mirta missy misti misty mitch mitchel
mitchell mittie mitzi modesta modesto mohamed mohammad mohammed moira moises mollie molly mona monica
monika monique monroe monte monty morgan morris morton mose moses moshe mozell mozelle mui muriel murray
myles myong myra myriam myrna myron myrtice myrtie myrtis myrtle nada nadia nadine nakia nakisha nakita
nanci nancy nanette nannette nannie naoma naomi napoleon natalia natalie natasha nathalie nathan
nathanael nathanial nathaniel natividad natosha neal ned nedra neil nelda nelia nelida nell nella nelle
nellie nelly nelson nena neoma nereida nestor neta nettie neva neville newton nga ngoc nia nichelle
nichol nicholas nichole nick nicki nickie nickolas nicky nicola nicolas nicolasa nicole nicolette
nicolle nidia nieves nigel niki nikia nikita nikki nikole nila nilda nilsa nina ninfa nita noah noble
noe noel noelia noella noelle noemi nola nolan nona nora norbert norberto noreen norene norine norma
norman normand norris novella nydia ocie octavia octavio odell odessa odette odis ofelia ola olen oleta
olga olin oliva olive oliver olivia ollie olympia oma omar omer ona oneida opal ophelia ora oralia oren
orpha orval orville oscar ossie osvaldo oswaldo otha otilia otis otto ouida owen pablo paige palma
palmer pam pamala pamela pamelia pamella pansy paola parker particia pasquale pat patience patrica
patrice patricia patrick patrina patsy patti pattie patty paul paula pauletta paulette paulina pauline
pearl pearle pearlene pearlie pearline pedro peggie peggy penelope pennie penny percy perla perry pete
peter petra phil philip phillip phillis philomena phoebe phuong phylis phyliss phyllis pia pierre pilar
pinkie piper polly porfirio porsha porter portia precious preston pricilla prince princess priscilla
prudence qiana queen queenie quentin quiana quincy quinn quintin quinton rachael racheal rachel rachele
rachell rachelle racquel rae rafael rafaela raina ralph ramiro ramon ramona ramonita rana randa randal
randall randell randi randolph randy raphael raquel rashad rashida raul raven ray rayford raymon raymond
raymundo rayna reba rebbeca rebbecca rebeca rebecca rebekah reed refugio regan regena regenia reggie
regina reginald reid reina reinaldo rena renae renaldo renata renate renato rene renea renee renita reta
retha retta reuben reva rex rey reyes reyna reynaldo rhea rhett rhiannon rhoda rhonda ricardo richard
richelle richie rick rickey rickie ricky rico rigoberto rikki riley rina risa rita rob robbie robbin
robby robert roberta roberto robin robt robyn rocco rochelle rocio rocky rod roderick rodger rodney
rodolfo rodrick rodrigo rogelio roger roland rolanda rolando rolf rolland roma romaine roman romana
romelia romeo romona ron rona ronald ronda roni ronna ronni ronnie ronny roosevelt rory rosa rosalba
rosalee rosalia rosalie rosalina rosalind rosalinda rosaline rosalva rosalyn rosamond rosana rosanna
rosanne rosaria rosario rosaura roscoe roseann roseanna roseanne rosella roselyn rosemarie rosemary
rosendo rosetta rosie rosina rosita roslyn ross rowena roxana roxane roxann roxanna roxanne roxie roy
royal royce ruben rubie rubin ruby rubye rudolf rudolph rudy rueben rufina rufus rupert russ russel
russell rusty ruth ruthann ruthie ryan sabina sabine sabra sabrina sachiko sade sadie sal salena salina
sallie sally salome salvatore sam samantha samara samatha sammie sammy samual samuel sandi sandra sandy
sanford sang sanjuana sanjuanita santana santiago santo santos sara sarah sari sarina sarita sasha saul
saundra scarlett scot scott scottie scotty sean sebastian selena selene selina selma serena sergio
serina seth seymour shad shaina shakira shalonda shameka shamika shana shanda shandra shane shaneka
shanell shani shanice shanika shanita shanna shannan shannon shanon shanta shante shantel shantell shara
sharee sharen shari sharita sharla sharlene sharon sharonda sharron sharyn shasta shaun shauna shavon
shawanda shawn shawna shawnda shawnee shay shayla shayna shayne shea sheena sheila shelba shelby sheldon
shelia shelley shelli shellie shelly shelton shena sheree sheri sherie sherilyn sherita sherman sheron
sherrell sherri sherrie sherrill sherron sherry sherryl sherwood sheryl shiela shirlee shirlene shirley
shirly shon shona shonda shonna shu sibyl sid sidney sierra signe sigrid silas silvia simon simona
simone sindy siobhan skye socorro sofia sol soledad solomon sommer sondra sonia sonja sonny sonya soo
sophia sophie spencer spring stacey staci stacia stacie stacy stan stanford stanley stanton starla starr
stefan stefani stefanie steffanie stella stephaine stephan stephane stephani stephanie stephany stephen
stephenie stephine sterling steve steven stevie stewart stormy stuart sudie sue suellen suk sun sung
sunny sunshine susan susana susann susanna susannah susanne susie suzan suzann suzanna suzanne suzette
suzie suzy sybil syble sylvester sylvia synthia tabatha tabetha tabitha tad takisha talia tamala tamar
tamara tamatha tameka tamekia tamela tamera tami tamica tamie tamika tamiko tammara tammi tammie tammy
tamra tana tanesha tangela tania tanika tanisha tanja tanna tanner tanya tara tarah tarsha taryn tasha
tatiana tawana tawanda tawanna tawny tawnya taylor ted teddy teena tena tenisha tennille teodora teodoro
tera terence teresa terese teresita teressa teri terra terrance terrell terrence terresa terri terrie
terry tess tessa tessie thad thaddeus thalia thanh thea theda thelma theo theodora theodore theresa
therese theresia theron thersa thomas thomasina thresa thu thurman thuy tia tiana tiara tierra tiesha
tiffani tiffanie tiffany tiffiny tillie tim timmy timothy tina tisha titus tobias toby tod todd tom
tomas tomasa tomeka tomika tommie tommy toney toni tonia tonie tonja tony tonya tori tory tosha toya
tracee tracey traci tracie tracy travis trena trent trenton tresa tressa tressie treva trevor trey
tricia trina trinity trish trisha trista tristan trudi trudie trudy truman tuan twana twila twyla tyesha
tyler tyra tyree tyrell tyron tyrone tyson ulysses ursula vada valarie valda valencia valentin valentina
valentine valeria valerie vallie valorie van vance vanesa vanessa vannessa vaughn veda velda velia velma
velva vena venessa venice venita venus vera verda vergie verla vern verna vernell vernetta vernice
vernie vernita vernon verona veronica versie vesta vicenta vicente vickey vicki vickie vicky victor vida
vikki vilma vina vince vincent vincenza vincenzo vinnie viola violet violeta violette virgie virgil
virgilio virgina vita vito viva vivan vivian viviana vivien vivienne vonda vonnie wade wai waldo walker
wallace wally walter walton wanda wanita ward warner warren waylon wayne weldon wendell wendi wendy
werner wes wesley weston whitney wilber wilbert wilbur wilburn wilda wiley wilford wilfred wilfredo
wilhelmina willa willard willene willia william williams willian willie willis willy wilma wilmer wilson
wilton windy winford winfred winifred winnie winnifred winona winston woodrow wyatt wynona xavier
xiomara yadira yan yasmin yen yesenia yetta ying yoko yolanda yolande yolonda yong yoshiko yun yvette
yvonne zachariah zachary zachery zack zackary zaida zandra zane zelda zella zelma zena zenaida zenobia
zina zita zoe zoila zola zona zora zoraida zula zulema zulma
`
    .trim()
    .split(/\s+/),
);
