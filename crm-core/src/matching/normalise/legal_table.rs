//! Facts about legal forms and words for branches, by language.
//!
//! Source: the company laws and common usage of the countries named. Forms are written as folded text has them
//! (simplified characters, lower case, no dots).

/// Forms in Chinese, Japanese and Korean that end a name: the form, then how it is written.
pub(super) const EAST_ASIAN: &str = "\
    group_stock 集团股份有限公司 (集团)股份有限公司 集团股份公司 (集团)股份公司 集团股份;\
    group_limited 集团有限责任公司 (集团)有限责任公司 集团有限公司 (集团)有限公司 集团责任有限公司 集团有限;\
    group 集团公司 (集团)公司 集团总公司 (集团)总公司 (集团) 集团 集團 그룹;\
    joint_stock 股份有限公司 股份公司 股份有限责任公司 (股份)有限公司 股份有限 股份 股有限公司;\
    limited 有限责任公司 责任有限公司 有限公司 (有限)公司 有限责任 有限公 有限;\
    cooperative 股份合作公司 股份合作企业 股份合作制 专业合作社 农民专业合作社 合作联社 合作社 联社;\
    partnership (有限合伙) 有限合伙企业 有限合伙 (普通合伙) (特殊普通合伙) 特殊普通合伙 普通合伙 合伙企业 合伙;\
    sole (个人独资) 个人独资企业 个人独资 (个体工商户) 个体工商户 个体户;\
    company 总公司 公司 会社;\
    factory 加工厂 总厂 分厂 工厂 厂 工场 공장;\
    institute 研究总院 研究院 研究所 研究中心 总院 연구소;\
    shop 商行 经营部 经销部 门市部 销售部 服务部 商店 商贸行 维修部 批发部 工作室 车行 五金店 企业行 工业社 企业社 实业社;\
    kk 株式会社 (株) 주식회사 (주);\
    yk 有限会社 (有) 유한회사 (유);\
    gk 合同会社 合资会社 合名会社 유한책임회사";

/// Forms in Japanese and Korean that may stand before a name.
pub(super) const EAST_ASIAN_LEAD: &str =
    "kk 株式会社 (株) 주식회사 (주);yk 有限会社 (有) 유한회사 (유);gk 合同会社 合资会社 合名会社";

/// Forms that end the legal name even when more text follows them.
pub(super) const EAST_ASIAN_STRONG: &[&str] = &[
    "有限责任公司",
    "责任有限公司",
    "有限公司",
    "股份公司",
    "集团公司",
    "总公司",
    "株式会社",
    "有限会社",
    "合同会社",
    "(集团)",
    "(有限合伙)",
    "(普通合伙)",
    "(个人独资)",
    "주식회사",
    "유한회사",
    "(株)",
    "(주)",
];

/// Words for a part of a company that is a party of its own, at the end of a name.
pub(super) const EAST_ASIAN_BRANCHES: &[&str] = &[
    "驻华代表处",
    "代表处",
    "办事处",
    "联络处",
    "联络部",
    "分公司",
    "子公司",
    "支公司",
    "分厂",
    "分部",
    "分院",
    "分所",
    "分店",
    "分中心",
    "事业部",
    "事业群",
    "营业部",
    "营业所",
    "支店",
    "支社",
    "支行",
    "出张所",
    "지점",
    "지사",
    "사업부",
    "영업소",
];

/// Words that name a part of a company only after its legal form.
pub(super) const EAST_ASIAN_PARTS: &[&str] = &[
    "工厂",
    "总厂",
    "厂区",
    "厂",
    "车间",
    "项目部",
    "经理部",
    "研发中心",
    "技术中心",
    "服务中心",
    "中心",
    "基地",
    "仓库",
    "总部",
    "本社",
    "本部",
    "部",
    "店",
    "院",
    "所",
    "工场",
    "公司",
    "공장",
];

/// Forms in scripts with spaces that end a name: the form, then how it is written, `|` between; `!` before a form that
/// is also known for sure in the middle of a name.
pub(super) const LATIN: &str = "\
    gmbh !gmbh|!g m b h|!gesellschaft mit beschrankter haftung|mbh|!m b h|!ggmbh|!ges mbh|!gesmbh|!gmbh i l;\
    gmbh_kg !gmbh co kg|!gmbh und co kg|!gmbh u co kg|!gmbh and co kg|!gmbh co kgaa|!gmbh co ohg|!gmbh kg|!gmbh cie kg|\
    !gmbh co|!gmbh und co|!ag co kg|!se co kg|!ug co kg|!ag co kgaa|!se co kgaa|!ag und co kg|!kgaa;\
    ag ag|!aktiengesellschaft|!ag co;\
    se se|!societas europaea;\
    ug ug|!ug haftungsbeschrankt|!unternehmergesellschaft;\
    kg kg|!co kg|!und co kg|!kommanditgesellschaft|ohg|!co ohg|gbr|!offene handelsgesellschaft|eg|ev|kommandit;\
    ek ek|e k|e kfm|e kfr|!eingetragener kaufmann|eu|!einzelunternehmen;\
    inc !inc|!incorporated|!co inc|!company inc;\
    corp !corp|!corporation|!co corp|!corp ltd|!corporation ltd|!corp limited|!corporation limited;\
    llc !llc|!l l c|!limited liability company|!co llc|!pllc|!lc|fz llc|!fze|!fzco|!fzc;\
    lp !lp|!llp|!lllp|!limited partnership|!limited liability partnership;\
    limited !ltd|!limited|ltda|!limitada|!pty ltd|!pty limited|!proprietary limited|pty|!ltd sti|!limited sirketi|!ltd sirketi|!private company limited by shares|!unlimited|!ltee;\
    coltd !co ltd|!co limited|!company ltd|!company limited|!co lt|!co l|coltd|!corporation co ltd|!limited company|!limited liability co|!co pte;\
    group_limited !group co ltd|!group company limited|!group ltd|!group limited|!group corp|!group corporation|!group inc|!group co;\
    plc !plc|!public limited company|!pcl|!public company limited|!public co ltd;\
    pte !pte ltd|!pte limited|!pte|!private limited company;\
    pvt !pvt ltd|!private limited|!private ltd|!pvt limited|!p ltd|!pvt;\
    sdn_bhd !sdn bhd|!sendirian berhad|!sdn berhad|bhd|!berhad;\
    sa sa|!societe anonyme|!sociedad anonima|!sociedade anonima|!s a|!sa de cv|!sab de cv|!sapi de cv|!sa nv|!sau|!s a u|s a e|sae;\
    sas sas|!sasu|!societe par actions simplifiee|!s a s;\
    sarl !sarl|!eurl|!societe a responsabilite limitee|!s a r l|!sarl au;\
    spa !spa|!societa per azioni|!s p a|!sapa;\
    srl !srl|!srls|!societa a responsabilita limitata|!s r l|!s de rl de cv|!s de rl|!sdad resp ltda;\
    snc snc|!sas di|sdf;\
    sl sl|!slu|!sociedad limitada|!s l|!sll;\
    lda !lda|!unipessoal lda|!eireli|!epp;\
    bv !bv|!b v|!besloten vennootschap|!bvba;\
    nv nv|!n v|!naamloze vennootschap|!nv sa;\
    vof vof|cvba|!cv ba|!maatschap;\
    ab ab|!aktiebolag|!ab publ|!aktiebolaget|!publ;\
    hb hb|!handelsbolag|!kommanditbolag;\
    oy oy|!oyj|!osakeyhtio|!oy ab|!oyj abp|!abp|!julkinen osakeyhtio;\
    as as|!asa|!aksjeselskap|!aktieselskab|!a s|!anonim sirketi|!san ve tic as|!sanayi ve ticaret as|!ve ticaret as;\
    aps !aps|!anpartsselskab|!ivs;\
    ehf !ehf|!hf;\
    kft !kft|!korlatolt felelossegu tarsasag|!bt;\
    zrt !zrt|!nyrt|!rt;\
    sro !sro|!s r o|!spol s r o|!spol sro|!spolecnost s rucenim omezenym;\
    cz_as !akciova spolecnost|!akciova spolocnost;\
    doo !doo|!d o o|!dooel|!druzba z omejeno odgovornostjo;\
    dd dd|!d d|ad|!ead|!eood|!ood|!akcionarsko drustvo;\
    spzoo !sp zoo|!sp z oo|!sp z o o|!spolka zoo|!spolka z oo|!spolka z ograniczona odpowiedzialnoscia|!zoo|!sp z oo sp k|!sp zoo sp k;\
    pl_sa !spolka akcyjna|!sp k|!sp j|!spolka komandytowa|!spolka jawna;\
    ooo !ooo|!o o o|!tov|!too|!mchj|!obshchestvo s ogranichennoy otvetstvennostyu;\
    jsc !jsc|!ojsc|!cjsc|!pjsc|!pao|!oao|!zao|ao|!joint stock company|!joint stock co|!jsc co|!pat|!prat|!joint stock co ltd|!stock co ltd|!aktsionernoe obshchestvo;\
    uab !uab|!ab lt|!sia|!ou|!osauhing|!aktsiaselts;\
    tbk !tbk|!persero tbk|persero|!perseroan terbatas;\
    kk !kk|!k k|!kabushiki kaisha|!kabushikikaisha|!kabushiki gaisha;\
    yk !yk|!y k|!yugen kaisha;\
    gk !gk|!godo kaisha;\
    cooperative !s coop|!coop|!soc coop|!cooperativa|!cooperative;\
    company co|company|cie|compagnie|!and company|!and co|!und co|!et cie|cia|compania|firma;\
    group group|gruppe|groupe|gruppo|grupo|gruppen;\
    factory factory|works|mill|mills|plant|werk|werke|fabrik|fabriken|!general factory;\
    institute institute|!research institute|academy|institut|!research academy";

/// Forms in scripts with spaces that may stand before a name.
pub(super) const LATIN_LEAD: &[(&str, &str)] = &[
    ("pt", "tbk"),
    ("cv", "partnership"),
    ("ooo", "ooo"),
    ("oao", "jsc"),
    ("zao", "jsc"),
    ("pao", "jsc"),
    ("ao", "jsc"),
    ("jsc", "jsc"),
    ("ojsc", "jsc"),
    ("cjsc", "jsc"),
    ("pjsc", "jsc"),
    ("too", "ooo"),
    ("tov", "ooo"),
    ("uab", "uab"),
    ("sia", "uab"),
    ("ab", "ab"),
    ("llc", "llc"),
    ("ip", "sole"),
    ("firma", "company"),
    ("a o", "jsc"),
    ("sarl", "sarl"),
    ("ou", "uab"),
];

/// Words for a part of a company, in scripts with spaces.
pub(super) const LATIN_BRANCHES: &[&str] = &[
    "branch",
    "branch office",
    "representative office",
    "rep office",
    "liaison office",
    "sales office",
    "office",
    "division",
    "plant",
    "factory",
    "works",
    "niederlassung",
    "zweigniederlassung",
    "zweigstelle",
    "filiale",
    "werk",
    "vertriebsburo",
    "buro",
    "geschaftsbereich",
    "succursale",
    "agence",
    "usine",
    "sucursal",
    "delegacion",
    "filial",
    "filial v",
    "stabilimento",
    "oddzial",
    "organizacni slozka",
    "fioktelep",
    "sube",
    "subesi",
    "vestiging",
    "bijkantoor",
    "site",
    "subsidiary",
    "business unit",
    "department",
];

/// The words of [`LATIN_BRANCHES`] that say so even without a legal form before them.
pub(super) const LATIN_SURE_BRANCHES: &[&str] = &[
    "branch",
    "branch office",
    "representative office",
    "rep office",
    "liaison office",
    "niederlassung",
    "zweigniederlassung",
    "zweigstelle",
    "filiale",
    "succursale",
    "sucursal",
    "filial",
    "oddzial",
];
