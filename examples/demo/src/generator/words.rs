//! Word lists: invented company stems, places, given and family names, products, subjects.
//!
//! A company name is put together from a stem that exists nowhere as a brand, a place and a trade; a person's name is
//! drawn from two independent lists. Mail domains end in `.example`, which is reserved for such use.

/// A country the manufacturer sells to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Country {
    /// China, the home market.
    China,
    /// Germany.
    Germany,
    /// Italy.
    Italy,
    /// The United States.
    UnitedStates,
    /// Japan.
    Japan,
}

impl Country {
    /// ISO 3166-1 alpha-2.
    pub fn code(self) -> &'static str {
        match self {
            Self::China => "CN",
            Self::Germany => "DE",
            Self::Italy => "IT",
            Self::UnitedStates => "US",
            Self::Japan => "JP",
        }
    }

    /// The currency of its quotes, ISO 4217.
    pub fn currency(self) -> Currency {
        match self {
            Self::China => Currency::Cny,
            Self::Germany | Self::Italy => Currency::Eur,
            Self::UnitedStates => Currency::Usd,
            Self::Japan => Currency::Jpy,
        }
    }

    /// The language of its people, BCP 47.
    pub fn language(self) -> &'static str {
        match self {
            Self::China => "zh-CN",
            Self::Germany => "de",
            Self::Italy => "it",
            Self::UnitedStates => "en",
            Self::Japan => "ja",
        }
    }
}

/// A currency with the rate of the old system's price list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Currency {
    /// Renminbi, the currency of the price list.
    Cny,
    /// Euro.
    Eur,
    /// US dollar.
    Usd,
    /// Yen, which has no decimals.
    Jpy,
}

impl Currency {
    /// ISO 4217.
    pub fn code(self) -> &'static str {
        match self {
            Self::Cny => "CNY",
            Self::Eur => "EUR",
            Self::Usd => "USD",
            Self::Jpy => "JPY",
        }
    }

    /// Decimals of an amount.
    pub fn decimals(self) -> u32 {
        if self == Self::Jpy { 0 } else { 2 }
    }

    /// Fen for a hundred of the currency's smallest unit.
    pub fn fen_per_hundred(self) -> i64 {
        match self {
            Self::Cny => 100,
            Self::Eur => 780,
            Self::Usd => 720,
            Self::Jpy => 480,
        }
    }
}

/// A Chinese city: province, city, district, six-digit district code, area code, first three of the postcode, sales
/// region.
pub type ChineseCity =
    (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

/// Where Chinese customers sit.
pub const CHINESE_CITIES: &[ChineseCity] = &[
    ("江苏省", "苏州市", "吴中区", "320506", "0512", "215", "CN-EAST"),
    ("江苏省", "无锡市", "惠山区", "320206", "0510", "214", "CN-EAST"),
    ("江苏省", "常州市", "武进区", "320412", "0519", "213", "CN-EAST"),
    ("江苏省", "南通市", "通州区", "320612", "0513", "226", "CN-EAST"),
    ("浙江省", "杭州市", "萧山区", "330109", "0571", "311", "CN-EAST"),
    ("浙江省", "宁波市", "北仑区", "330206", "0574", "315", "CN-EAST"),
    ("浙江省", "台州市", "路桥区", "331004", "0576", "318", "CN-EAST"),
    ("上海市", "上海市", "嘉定区", "310114", "021", "201", "CN-EAST"),
    ("上海市", "上海市", "松江区", "310117", "021", "201", "CN-EAST"),
    ("安徽省", "合肥市", "蜀山区", "340104", "0551", "230", "CN-EAST"),
    ("安徽省", "芜湖市", "鸠江区", "340207", "0553", "241", "CN-EAST"),
    ("广东省", "深圳市", "宝安区", "440306", "0755", "518", "CN-SOUTH"),
    ("广东省", "佛山市", "顺德区", "440606", "0757", "528", "CN-SOUTH"),
    ("广东省", "广州市", "黄埔区", "440112", "020", "510", "CN-SOUTH"),
    ("福建省", "厦门市", "集美区", "350211", "0592", "361", "CN-SOUTH"),
    ("福建省", "泉州市", "晋江市", "350582", "0595", "362", "CN-SOUTH"),
    ("湖南省", "长沙市", "岳麓区", "430104", "0731", "410", "CN-SOUTH"),
    ("山东省", "济南市", "历城区", "370112", "0531", "250", "CN-NORTH"),
    ("山东省", "青岛市", "黄岛区", "370211", "0532", "266", "CN-NORTH"),
    ("山东省", "潍坊市", "坊子区", "370704", "0536", "261", "CN-NORTH"),
    ("天津市", "天津市", "津南区", "120112", "022", "300", "CN-NORTH"),
    ("北京市", "北京市", "大兴区", "110115", "010", "102", "CN-NORTH"),
    ("辽宁省", "沈阳市", "铁西区", "210106", "024", "110", "CN-NORTH"),
    ("辽宁省", "大连市", "金州区", "210213", "0411", "116", "CN-NORTH"),
    ("河北省", "唐山市", "丰润区", "130208", "0315", "064", "CN-NORTH"),
    ("湖北省", "武汉市", "江夏区", "420115", "027", "430", "CN-WEST"),
    ("湖北省", "襄阳市", "襄州区", "420607", "0710", "441", "CN-WEST"),
    ("重庆市", "重庆市", "北碚区", "500109", "023", "400", "CN-WEST"),
    ("四川省", "成都市", "新都区", "510114", "028", "610", "CN-WEST"),
    ("陕西省", "西安市", "雁塔区", "610113", "029", "710", "CN-WEST"),
    ("河南省", "洛阳市", "涧西区", "410305", "0379", "471", "CN-WEST"),
];

/// A city abroad: country, state, city, area code, a postcode pattern (`#` is a digit).
pub type ForeignCity = (&'static str, &'static str, &'static str, &'static str);

/// Germany.
pub const GERMAN_CITIES: &[ForeignCity] = &[
    ("Baden-Württemberg", "Esslingen", "711", "737##"),
    ("Baden-Württemberg", "Heilbronn", "7131", "740##"),
    ("Bayern", "Augsburg", "821", "861##"),
    ("Bayern", "Schweinfurt", "9721", "974##"),
    ("Nordrhein-Westfalen", "Bielefeld", "521", "336##"),
    ("Nordrhein-Westfalen", "Hagen", "2331", "580##"),
    ("Niedersachsen", "Braunschweig", "531", "381##"),
    ("Sachsen", "Chemnitz", "371", "091##"),
    ("Hessen", "Kassel", "561", "341##"),
];

/// Italy.
pub const ITALIAN_CITIES: &[ForeignCity] = &[
    ("Emilia-Romagna", "Modena", "059", "411##"),
    ("Emilia-Romagna", "Bologna", "051", "401##"),
    ("Lombardia", "Brescia", "030", "251##"),
    ("Lombardia", "Bergamo", "035", "241##"),
    ("Piemonte", "Torino", "011", "101##"),
    ("Veneto", "Vicenza", "0444", "361##"),
];

/// The United States.
pub const AMERICAN_CITIES: &[ForeignCity] = &[
    ("OH", "Dayton", "937", "454##"),
    ("OH", "Akron", "330", "443##"),
    ("MI", "Grand Rapids", "616", "495##"),
    ("WI", "Milwaukee", "414", "532##"),
    ("IL", "Rockford", "815", "611##"),
    ("TX", "Fort Worth", "817", "761##"),
    ("SC", "Greenville", "864", "296##"),
    ("PA", "Erie", "814", "165##"),
];

/// Japan.
pub const JAPANESE_CITIES: &[ForeignCity] = &[
    ("愛知県", "豊橋市", "532", "440-00##"),
    ("愛知県", "刈谷市", "566", "448-00##"),
    ("大阪府", "東大阪市", "66", "577-00##"),
    ("静岡県", "浜松市", "53", "430-00##"),
    ("長野県", "岡谷市", "266", "394-00##"),
];

/// Street names, by country.
pub fn streets(country: Country) -> &'static [&'static str] {
    match country {
        Country::China => &[
            "工业园路",
            "科创大道",
            "兴业东路",
            "振华南路",
            "东环路",
            "高新三路",
            "滨江大道",
            "创新路",
            "开拓路",
            "锦绣路",
            "机电路",
            "望湖路",
        ],
        Country::Germany => &[
            "Industriestraße",
            "Gewerbering",
            "Am Walzwerk",
            "Werkstraße",
            "Dieselring",
            "Lindenweg",
            "Am Güterbahnhof",
            "Mühlenstraße",
        ],
        Country::Italy => {
            &["Via dell'Industria", "Via dell'Artigianato", "Via del Lavoro", "Via Emilia Est", "Viale dei Tigli"]
        }
        Country::UnitedStates => {
            &["Commerce Drive", "Foundry Street", "Mill Road", "Industrial Parkway", "Canal Street", "Enterprise Court"]
        }
        Country::Japan => &["工業団地", "本町", "港町", "緑町", "東新町"],
    }
}

/// First syllables of Chinese company stems, with pinyin.
pub const STEM_FIRST: &[(&str, &str)] = &[
    ("砺", "li"),
    ("澄", "cheng"),
    ("翊", "yi"),
    ("煜", "yu"),
    ("珩", "heng"),
    ("栩", "xu"),
    ("霁", "ji"),
    ("岫", "xiu"),
    ("沅", "yuan"),
    ("衍", "yan"),
    ("昱", "yu"),
    ("璟", "jing"),
    ("铄", "shuo"),
    ("翀", "chong"),
    ("骁", "xiao"),
    ("锴", "kai"),
    ("弈", "yi"),
    ("桓", "huan"),
    ("屹", "yi"),
    ("朔", "shuo"),
    ("钰", "yu"),
    ("擎", "qing"),
    ("泓", "hong"),
    ("霖", "lin"),
];

/// Second syllables of Chinese company stems, with pinyin.
pub const STEM_SECOND: &[(&str, &str)] = &[
    ("衡", "heng"),
    ("岚", "lan"),
    ("钧", "jun"),
    ("澜", "lan"),
    ("屿", "yu"),
    ("垣", "yuan"),
    ("弦", "xian"),
    ("枢", "shu"),
    ("禾", "he"),
    ("筑", "zhu"),
    ("塬", "yuan"),
    ("轩", "xuan"),
    ("翎", "ling"),
    ("桥", "qiao"),
    ("阙", "que"),
    ("穹", "qiong"),
    ("樾", "yue"),
    ("汀", "ting"),
    ("皓", "hao"),
    ("砚", "yan"),
    ("曦", "xi"),
    ("峤", "qiao"),
];

/// First parts of German stems.
pub const GERMAN_STEM_FIRST: &[&str] = &[
    "Brell", "Kessen", "Wald", "Hag", "Lemker", "Torn", "Vos", "Drenn", "Eich", "Stell", "Rauk", "Grev", "Holm", "Ning",
];
/// Second parts of German stems.
pub const GERMAN_STEM_SECOND: &[&str] =
    &["horst", "brück", "orn", "stedt", "quell", "kamp", "rode", "weiler", "moos", "felder", "siek", "thal"];
/// First parts of Italian stems.
pub const ITALIAN_STEM_FIRST: &[&str] = &["Brent", "Vald", "Mont", "Serr", "Cald", "Lugan", "Torr", "Ferr"];
/// Second parts of Italian stems.
pub const ITALIAN_STEM_SECOND: &[&str] = &["asco", "orra", "evino", "ubbio", "anzo", "igliano", "ello"];
/// First parts of American stems.
pub const AMERICAN_STEM_FIRST: &[&str] =
    &["Lark", "Quarry", "Iron", "Maple", "Cinder", "Hollow", "Stone", "Amber", "Tall", "Copper"];
/// Second parts of American stems.
pub const AMERICAN_STEM_SECOND: &[&str] = &["moor", "vale", "gate", "wick", "bend", "haven", "crest", "fell", "brook"];
/// First parts of Japanese stems, with a reading.
pub const JAPANESE_STEM_FIRST: &[(&str, &str)] =
    &[("凪", "nagi"), ("樫", "kashi"), ("椛", "kaba"), ("梓", "azusa"), ("鷺", "sagi"), ("榧", "kaya")];
/// Second parts of Japanese stems, with a reading.
pub const JAPANESE_STEM_SECOND: &[(&str, &str)] =
    &[("原", "hara"), ("瀬", "se"), ("ヶ丘", "gaoka"), ("谷", "tani"), ("沢", "sawa"), ("浦", "ura")];

/// A trade: its code, then its words in Chinese, German, English, Japanese and Italian.
pub type Industry = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

/// The trades of the customers.
pub const INDUSTRIES: &[Industry] = &[
    ("machine_tools", "数控机床", "Werkzeugmaschinen", "Machine Tools", "工作機械", "Macchine Utensili"),
    ("robotics", "机器人", "Robotik", "Robotics", "ロボット", "Robotica"),
    ("packaging", "包装机械", "Verpackungstechnik", "Packaging Systems", "包装機械", "Confezionamento"),
    ("textile", "纺织机械", "Textilmaschinen", "Textile Machinery", "繊維機械", "Macchine Tessili"),
    ("semiconductor", "半导体装备", "Halbleitertechnik", "Semiconductor Equipment", "半導体装置", "Semiconduttori"),
    ("new_energy", "新能源装备", "Energietechnik", "Energy Systems", "電力機器", "Energia"),
    ("automotive", "汽车零部件", "Fahrzeugtechnik", "Drivetrain", "自動車部品", "Componenti Auto"),
    ("water_treatment", "水处理设备", "Wassertechnik", "Water Technologies", "水処理", "Impianti Idrici"),
    ("chemicals", "化工装备", "Anlagenbau", "Process Equipment", "化学機器", "Impianti Chimici"),
    ("metallurgy", "冶金设备", "Hüttentechnik", "Mill Equipment", "製鋼機械", "Siderurgia"),
    ("plastics", "橡塑机械", "Kunststoffmaschinen", "Plastics Machinery", "樹脂機械", "Materie Plastiche"),
    ("food", "食品机械", "Lebensmitteltechnik", "Food Machinery", "食品機械", "Macchine Alimentari"),
];

/// Chinese family names with pinyin.
pub const CHINESE_FAMILY: &[(&str, &str)] = &[
    ("王", "wang"),
    ("李", "li"),
    ("张", "zhang"),
    ("刘", "liu"),
    ("陈", "chen"),
    ("杨", "yang"),
    ("赵", "zhao"),
    ("黄", "huang"),
    ("周", "zhou"),
    ("吴", "wu"),
    ("徐", "xu"),
    ("孙", "sun"),
    ("胡", "hu"),
    ("朱", "zhu"),
    ("高", "gao"),
    ("林", "lin"),
    ("何", "he"),
    ("郭", "guo"),
    ("马", "ma"),
    ("罗", "luo"),
    ("梁", "liang"),
    ("宋", "song"),
    ("郑", "zheng"),
    ("谢", "xie"),
    ("韩", "han"),
    ("唐", "tang"),
    ("冯", "feng"),
    ("于", "yu"),
    ("董", "dong"),
    ("萧", "xiao"),
    ("程", "cheng"),
    ("曹", "cao"),
    ("袁", "yuan"),
    ("邓", "deng"),
    ("许", "xu"),
    ("傅", "fu"),
    ("沈", "shen"),
    ("曾", "zeng"),
    ("彭", "peng"),
    ("吕", "lv"),
    ("欧阳", "ouyang"),
    ("诸葛", "zhuge"),
];

/// Syllables of Chinese given names with pinyin.
pub const CHINESE_GIVEN: &[(&str, &str)] = &[
    ("伟", "wei"),
    ("静", "jing"),
    ("敏", "min"),
    ("磊", "lei"),
    ("洋", "yang"),
    ("艳", "yan"),
    ("勇", "yong"),
    ("军", "jun"),
    ("杰", "jie"),
    ("娟", "juan"),
    ("涛", "tao"),
    ("超", "chao"),
    ("霞", "xia"),
    ("平", "ping"),
    ("刚", "gang"),
    ("桂", "gui"),
    ("文", "wen"),
    ("辉", "hui"),
    ("玲", "ling"),
    ("建", "jian"),
    ("国", "guo"),
    ("志", "zhi"),
    ("宇", "yu"),
    ("欣", "xin"),
    ("浩", "hao"),
    ("婷", "ting"),
    ("晨", "chen"),
    ("雪", "xue"),
    ("嘉", "jia"),
    ("倩", "qian"),
    ("海", "hai"),
    ("子", "zi"),
    ("思", "si"),
    ("雨", "yu"),
    ("明", "ming"),
    ("凯", "kai"),
    ("蕾", "lei"),
    ("博", "bo"),
];

/// Family and given names abroad.
pub fn foreign_names(country: Country) -> (&'static [&'static str], &'static [&'static str]) {
    match country {
        Country::China | Country::UnitedStates => (
            &[
                "Alder", "Birchall", "Corrin", "Dunmore", "Ellery", "Fenton", "Garrow", "Hale", "Kirkwood", "Lowry",
                "Marsh", "Pruitt",
            ],
            &["Aaron", "Beth", "Carl", "Dana", "Eric", "Gwen", "Harold", "Joan", "Kevin", "Laura", "Neil", "Paula"],
        ),
        Country::Germany => (
            &[
                "Ahrens",
                "Bäcker",
                "Dornfeld",
                "Eggers",
                "Fröhling",
                "Gerlach",
                "Hinrichs",
                "Kählert",
                "Lüdtke",
                "Möller",
                "Petzold",
                "Weiß",
            ],
            &["Anke", "Bernd", "Claudia", "Dirk", "Elke", "Frank", "Gesine", "Jörg", "Katrin", "Lutz", "Sabine", "Uwe"],
        ),
        Country::Italy => (
            &[
                "Albani",
                "Bertolani",
                "Casadei",
                "Donati",
                "Fantuzzi",
                "Galli",
                "Lanfranchi",
                "Morini",
                "Rinaldi",
                "Zanetti",
            ],
            &["Alessio", "Chiara", "Davide", "Elisa", "Fabio", "Giulia", "Luca", "Marta", "Paolo", "Silvia"],
        ),
        Country::Japan => (
            &["青木", "石田", "上田", "大野", "川口", "佐野", "高木", "中島", "松岡", "森本"],
            &["健一", "美咲", "浩二", "由美", "拓也", "香織", "直樹", "彩", "誠", "恵子"],
        ),
    }
}

/// A Latin reading of a Japanese name, for its mail address.
pub const JAPANESE_READINGS: &[(&str, &str)] = &[
    ("青木", "aoki"),
    ("石田", "ishida"),
    ("上田", "ueda"),
    ("大野", "ohno"),
    ("川口", "kawaguchi"),
    ("佐野", "sano"),
    ("高木", "takagi"),
    ("中島", "nakajima"),
    ("松岡", "matsuoka"),
    ("森本", "morimoto"),
    ("健一", "kenichi"),
    ("美咲", "misaki"),
    ("浩二", "koji"),
    ("由美", "yumi"),
    ("拓也", "takuya"),
    ("香織", "kaori"),
    ("直樹", "naoki"),
    ("彩", "aya"),
    ("誠", "makoto"),
    ("恵子", "keiko"),
];

/// Job titles with their department.
pub fn jobs(country: Country) -> &'static [(&'static str, &'static str)] {
    match country {
        Country::China => &[
            ("采购经理", "采购部"),
            ("采购工程师", "采购部"),
            ("总工程师", "技术部"),
            ("电气工程师", "技术部"),
            ("设备部长", "设备部"),
            ("生产总监", "生产部"),
            ("总经理", "总经办"),
            ("副总经理", "总经办"),
            ("研发经理", "研发中心"),
            ("质量经理", "质量部"),
        ],
        Country::Germany => &[
            ("Einkaufsleiter", "Einkauf"),
            ("Strategischer Einkäufer", "Einkauf"),
            ("Leiter Konstruktion", "Konstruktion"),
            ("Elektrokonstrukteurin", "Konstruktion"),
            ("Instandhaltungsleiter", "Instandhaltung"),
            ("Geschäftsführer", "Geschäftsleitung"),
        ],
        Country::Italy => &[
            ("Responsabile Acquisti", "Acquisti"),
            ("Direttore Tecnico", "Ufficio Tecnico"),
            ("Progettista", "Ufficio Tecnico"),
            ("Amministratore Delegato", "Direzione"),
        ],
        Country::UnitedStates => &[
            ("Purchasing Manager", "Purchasing"),
            ("Controls Engineer", "Engineering"),
            ("VP Operations", "Operations"),
            ("Maintenance Manager", "Maintenance"),
            ("Chief Engineer", "Engineering"),
        ],
        Country::Japan => {
            &[("購買課長", "購買部"), ("設計主任", "設計部"), ("工場長", "製造部"), ("技術部長", "技術部")]
        }
    }
}

/// A product family: key, Chinese name, English name, code prefix, unit, price range in yuan, pieces per deal.
pub struct Family {
    /// The key in the `family` column.
    pub key: &'static str,
    /// Chinese name.
    pub chinese: &'static str,
    /// English name.
    pub english: &'static str,
    /// First letters of the product codes.
    pub prefix: &'static str,
    /// Sales unit.
    pub unit: &'static str,
    /// List price of the smallest and of the largest type, yuan.
    pub price_cny: (i64, i64),
    /// Fewest and most pieces in an ordinary deal.
    pub pieces: (i64, i64),
    /// Added to the chance, in a thousand, to pass a stage.
    pub win_shift: i64,
    /// The sizes: what stands in the code, what stands in the name.
    pub sizes: &'static [(&'static str, &'static str)],
}

/// What the manufacturer makes: 40 products in six families.
pub const FAMILIES: &[Family] = &[
    Family {
        key: "servo_drives",
        chinese: "伺服驱动器",
        english: "servo drive",
        prefix: "SD7",
        unit: "PCE",
        price_cny: (1_850, 21_600),
        pieces: (10, 90),
        win_shift: 15,
        sizes: &[
            ("0R4", "0.4 kW"),
            ("0R7", "0.75 kW"),
            ("1R5", "1.5 kW"),
            ("2R2", "2.2 kW"),
            ("3R7", "3.7 kW"),
            ("5R5", "5.5 kW"),
            ("7R5", "7.5 kW"),
            ("011", "11 kW"),
            ("015", "15 kW"),
            ("022", "22 kW"),
        ],
    },
    Family {
        key: "servo_motors",
        chinese: "伺服电机",
        english: "servo motor",
        prefix: "SM5",
        unit: "PCE",
        price_cny: (1_260, 14_800),
        pieces: (10, 90),
        win_shift: 10,
        sizes: &[
            ("040", "40 mm"),
            ("060", "60 mm"),
            ("080", "80 mm"),
            ("110", "110 mm"),
            ("130", "130 mm"),
            ("150", "150 mm"),
            ("180", "180 mm"),
            ("220", "220 mm"),
        ],
    },
    Family {
        key: "cnc_controllers",
        chinese: "数控系统",
        english: "CNC controller",
        prefix: "NC9",
        unit: "SET",
        price_cny: (16_800, 98_000),
        pieces: (2, 14),
        win_shift: -30,
        sizes: &[
            ("T2", "turning, 2 axes"),
            ("T4", "turning, 4 axes"),
            ("M3", "milling, 3 axes"),
            ("M5", "milling, 5 axes"),
            ("G4", "grinding, 4 axes"),
            ("MT8", "mill-turn, 8 axes"),
        ],
    },
    Family {
        key: "spindles",
        chinese: "电主轴",
        english: "motor spindle",
        prefix: "ES3",
        unit: "PCE",
        price_cny: (26_500, 128_000),
        pieces: (2, 10),
        win_shift: -15,
        sizes: &[("12", "12 000 rpm"), ("18", "18 000 rpm"), ("24", "24 000 rpm"), ("40", "40 000 rpm")],
    },
    Family {
        key: "linear_guides",
        chinese: "直线导轨",
        english: "linear guide",
        prefix: "LG2",
        unit: "MTR",
        price_cny: (420, 2_380),
        pieces: (40, 300),
        win_shift: 25,
        sizes: &[("20", "size 20"), ("30", "size 30"), ("45", "size 45"), ("65", "size 65")],
    },
    Family {
        key: "pumps",
        chinese: "工业泵",
        english: "industrial pump",
        prefix: "PX",
        unit: "PCE",
        price_cny: (6_400, 186_000),
        pieces: (1, 10),
        win_shift: 0,
        sizes: &[
            ("C40", "centrifugal DN40"),
            ("C65", "centrifugal DN65"),
            ("C80", "centrifugal DN80"),
            ("C100", "centrifugal DN100"),
            ("M25", "metering 25 l/h"),
            ("V50", "vacuum 50 m³/h"),
            ("S150", "slurry DN150"),
            ("H250", "high pressure 250 bar"),
        ],
    },
];

/// What a lead asks for, in Chinese.
pub const CHINESE_NEEDS: &[&str] = &[
    "需要{}选型支持，首批 20 台",
    "官网询价：{}，请报含税价及交期",
    "老产线改造，咨询{}替换方案",
    "展会看到{}样机，希望安排拜访",
    "新项目打样，需要{}样品 2 台",
    "现有供应商交期太长，求{}替代型号",
    "年度框架采购，{}，请提供价格体系",
];

/// What a lead asks for, in English.
pub const ENGLISH_NEEDS: &[&str] = &[
    "Quotation for {}, 40 pieces a year",
    "Looking for a second source for {}",
    "Retrofit of two lines, please advise on {}",
    "Saw your {} at the fair, please call back",
    "Sample of {} for a test rig, delivery within four weeks",
];

/// Why a deal was lost.
pub const LOST_REASONS: &[&str] =
    &["price", "delivery_time", "technical_fit", "project_cancelled", "no_response", "relationship"];

/// Competitors, all invented.
pub const COMPETITORS: &[&str] =
    &["Vaskor Drives", "北垣电气", "Tessmark Motion", "Noriwake Seiki", "岭峤传动", "Hydrelle Pumps"];

/// What a deal is about, in Chinese.
pub const CHINESE_PROJECTS: &[&str] = &[
    "产线改造",
    "新机型配套",
    "年度框架",
    "二期扩产",
    "出口机型",
    "样机试用",
    "设备大修",
    "自动化升级",
    "备件采购",
    "智能工厂项目",
];
/// What a deal is about, in English.
pub const ENGLISH_PROJECTS: &[&str] = &[
    "line retrofit",
    "new machine series",
    "frame order",
    "plant extension",
    "prototype",
    "overhaul",
    "spare parts",
    "second source",
    "automation project",
];

/// Kinds of activity with their share and their subjects in Chinese and English.
pub const ACTIVITIES: &[(&str, u64, &[&str], &[&str])] = &[
    (
        "call",
        34,
        &["电话跟进需求", "确认交期", "回访：样机运行情况", "催收报价反馈", "预约拜访"],
        &["Follow-up call", "Delivery date confirmed", "Feedback on the sample", "Asked for a decision on the quote"],
    ),
    (
        "visit",
        22,
        &["拜访客户：技术交流", "现场勘查", "高层拜访", "产线调试支持", "年度合作洽谈"],
        &["Site visit", "Technical discussion on site", "Commissioning support", "Annual review"],
    ),
    (
        "email",
        24,
        &["发送选型资料", "发送报价单", "发送技术协议", "发送样本与案例"],
        &["Data sheets sent", "Quote sent", "Technical agreement sent", "Reference list sent"],
    ),
    (
        "meeting",
        11,
        &["技术方案评审", "商务谈判", "项目启动会", "线上会议：方案澄清"],
        &["Design review", "Commercial negotiation", "Kick-off", "Online meeting on open points"],
    ),
    (
        "note",
        9,
        &["竞争对手已报价", "客户预算推迟到下季度", "决策链更新", "客户内部立项完成"],
        &["Competitor has quoted", "Budget moved to next quarter", "New decision maker", "Project approved internally"],
    ),
];

/// Payment terms of quotes.
pub const PAYMENT_TERMS: &[(&str, &str)] = &[
    ("30% advance, 70% before delivery", "CN"),
    ("60 days net", "CN"),
    ("30 days net", "XX"),
    ("14 days 2%, 30 days net", "XX"),
];

/// Where leads come from, with their share.
pub const LEAD_SOURCES: &[(&str, u64)] =
    &[("web", 38), ("exhibition", 22), ("wechat", 16), ("phone", 10), ("referral", 9), ("email", 5)];
