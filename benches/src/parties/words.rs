//! What names, places and trades the made records are drawn from.
//!
//! The lists were written for the benches alone. No normaliser may take words from here, nor may words of a normaliser
//! come here: a matcher that was written with the same lists would only find its own words again.

use super::random::Random;

/// A place that companies and people are in.
#[derive(Clone)]
pub struct City {
    /// In the script of the country.
    pub name: &'static str,
    /// In Latin script, as foreigners write it.
    pub latin: &'static str,
    /// Its province, state or prefecture.
    pub region: &'static str,
    /// The region in Latin script.
    pub region_latin: &'static str,
    /// The dialling code, with the leading zero where the country has one.
    pub area: &'static str,
    /// How its postcodes start.
    pub postcode: &'static str,
    /// How the region code of its companies starts (China only).
    pub code: &'static str,
    weight: usize,
    /// Its districts; none where nobody writes them.
    pub districts: Vec<&'static str>,
}

fn cities(table: &'static str) -> Vec<City> {
    let lines = table.lines().filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let mut parts = line.split('|');
            let mut next = || parts.next().unwrap_or_default();
            City {
                name: next(),
                latin: next(),
                region: next(),
                region_latin: next(),
                area: next(),
                postcode: next(),
                code: next(),
                weight: next().parse().unwrap_or(1),
                districts: next().split(',').filter(|district| !district.is_empty()).collect(),
            }
        })
        .collect()
}

/// Something written in two scripts.
#[derive(Clone, Copy)]
pub struct Word {
    /// In the script of the country.
    pub name: &'static str,
    /// In Latin script.
    pub latin: &'static str,
}

fn words(table: &'static str) -> Vec<Word> {
    let entries = table.split([',', '\n']).filter(|entry| !entry.is_empty());
    entries
        .map(|entry| {
            let (name, latin) = entry.split_once('|').unwrap_or((entry, entry));
            Word { name, latin }
        })
        .collect()
}

fn list(table: &'static str) -> Vec<&'static str> {
    table.split([',', '\n']).filter(|entry| !entry.is_empty()).collect()
}

/// All lists, parsed once.
pub struct Words {
    /// Chinese cities, as many companies as the coast has.
    pub china: Vec<City>,
    /// German, Austrian and Swiss cities.
    pub german: Vec<City>,
    /// British cities.
    pub british: Vec<City>,
    /// American cities.
    pub american: Vec<City>,
    /// Japanese cities.
    pub japanese: Vec<City>,
    /// Korean cities.
    pub korean: Vec<City>,
    /// Characters of Chinese brands with their sound.
    pub brand: Vec<(char, &'static str)>,
    /// Chinese lines of business.
    pub trades: Vec<Word>,
    /// Chinese family names.
    pub families: Vec<(char, &'static str)>,
    /// Characters of Chinese given names.
    pub given: Vec<(char, &'static str)>,
    /// Japanese brands.
    pub japanese_brands: Vec<Word>,
    /// Japanese lines of business.
    pub japanese_trades: Vec<Word>,
    /// Korean brands.
    pub korean_brands: Vec<Word>,
    /// Korean lines of business.
    pub korean_trades: Vec<Word>,
    /// Korean family names.
    pub korean_families: Vec<Word>,
    /// Korean given names.
    pub korean_given: Vec<Word>,
    /// Family names in German-speaking countries, of people and of companies.
    pub german_families: Vec<&'static str>,
    /// Given names in German-speaking countries.
    pub german_given: Vec<&'static str>,
    /// English family names.
    pub english_families: Vec<&'static str>,
    /// English given names.
    pub english_given: Vec<&'static str>,
    /// Syllables that Western brands are made of.
    pub coined: Vec<&'static str>,
    /// German lines of business.
    pub german_trades: Vec<&'static str>,
    /// English lines of business.
    pub english_trades: Vec<&'static str>,
    simple: Vec<char>,
    traditional: Vec<char>,
}

impl Words {
    /// Parses the lists.
    pub fn new() -> Self {
        let pairs: Vec<Vec<char>> = TRADITIONAL.split_whitespace().map(|pair| pair.chars().collect()).collect();
        Self {
            china: cities(CHINA),
            german: cities(GERMAN),
            british: cities(BRITISH),
            american: cities(AMERICAN),
            japanese: cities(JAPANESE),
            korean: cities(KOREAN),
            brand: sounds(BRAND),
            trades: words(TRADES),
            families: sounds(FAMILIES),
            given: sounds(GIVEN),
            japanese_brands: words(JAPANESE_BRANDS),
            japanese_trades: words(JAPANESE_TRADES),
            korean_brands: words(KOREAN_BRANDS),
            korean_trades: words(KOREAN_TRADES),
            korean_families: words(KOREAN_FAMILIES),
            korean_given: words(KOREAN_GIVEN),
            german_families: list(GERMAN_FAMILIES),
            german_given: list(GERMAN_GIVEN),
            english_families: list(ENGLISH_FAMILIES),
            english_given: list(ENGLISH_GIVEN),
            coined: list(COINED),
            german_trades: list(GERMAN_TRADES),
            english_trades: list(ENGLISH_TRADES),
            simple: pairs.iter().filter_map(|pair| pair.first().copied()).collect(),
            traditional: pairs.iter().filter_map(|pair| pair.get(1).copied()).collect(),
        }
    }

    /// One of `list`, the large ones more often.
    pub fn city<'a>(&self, list: &'a [City], random: &mut Random) -> Option<&'a City> {
        let place = random.weighted(list.iter().map(|city| city.weight));
        list.get(place)
    }

    /// Another character of the same sound; none if we know none.
    pub fn homophone(&self, character: char, random: &mut Random) -> Option<char> {
        let all = || self.brand.iter().chain(&self.families).chain(&self.given);
        let sound = all().find(|(known, _)| *known == character)?.1;
        let others: Vec<char> =
            all().filter(|(known, other)| *other == sound && *known != character).map(|(known, _)| *known).collect();
        random.one(&others).copied()
    }

    /// The text in traditional characters.
    pub fn traditional(&self, text: &str) -> String {
        let one = |character: char| {
            let place = self.simple.iter().position(|simple| *simple == character);
            place.and_then(|place| self.traditional.get(place)).copied().unwrap_or(character)
        };
        text.chars().map(one).collect()
    }
}

fn sounds(table: &'static str) -> Vec<(char, &'static str)> {
    let mut all = Vec::new();
    for entry in table.split_whitespace() {
        let end = entry.find(|character: char| !character.is_ascii()).unwrap_or(entry.len());
        let (sound, characters) = entry.split_at(end);
        all.extend(characters.chars().map(|character| (character, sound)));
    }
    all
}

// A sound and characters of it; the common ones first.
const BRAND: &str = "\
hua华 xin鑫新欣信心昕馨 rui瑞锐睿蕊 da达大 heng恒衡亨横 sheng盛胜晟升圣 long龙隆珑 yuan源元远园缘 tai泰太台 jin金锦晋津劲 \
hong宏鸿洪弘虹红 li力利立丽励 feng丰锋峰风枫 tong通同铜桐 ke科克珂 te特 fa发 shun顺舜 chang昌长畅 xing兴星幸 wei威伟维卫微 \
jia佳嘉家加 yi益亿奕意逸怡 ming明铭鸣茗 guang光广 dong东栋 hai海 tian天田 jing精晶京景 zheng正政 zhong中众忠 lian联连莲 \
mei美 de德 bo博波铂 kai凯恺开 qi奇启琦琪 ao奥澳 nuo诺 lai莱来 fu富福孚 jie捷杰洁 an安 kang康 ning宁 cheng成诚程承 yong永勇 \
he和合禾 jian建健坚 chuang创 zhi智志致 ling凌灵领 yun云运 shan山 jiang江 hu沪湖 nan南 bei北 tuo拓 yu裕宇玉誉 shi世实时 gao高 \
lu路陆 qiang强 jun骏俊军 bang邦 mao茂 rong荣融 dian典 yang阳洋扬 ri日 xiang祥翔 fei飞 teng腾 ou欧 ya亚雅 huan环 qiu球 lan蓝兰 \
bao宝 run润 ze泽 hao豪浩皓 quan全泉 wan万 sen森 lin林 shuo硕 ding鼎 ji吉佶骥 kun坤 peng鹏 pu普 sai赛 si斯思 tu图 wang旺 xu旭 \
yao耀 zhan展 zhuo卓 zun尊 chao超 bin滨 huan欢 hui汇慧惠辉 kuan宽 mu牧 peng朋 qing青庆 shang尚 su速 wen文稳 xian先 you优友 zu祖 \
cai彩 dun顿盾 er尔 fang方 ge格 hang航 ju巨聚 lei雷 man曼 na纳 pai派 ran然 sha沙 ti缇 wo沃 xi西 ye业 zi紫 luo洛罗 ma马 mai迈";

const FAMILIES: &str = "\
wang王汪 li李黎 zhang张 liu刘 chen陈 yang杨 huang黄 zhao赵 wu吴武 zhou周 xu徐许 sun孙 ma马 zhu朱 hu胡 guo郭 he何贺 gao高 lin林 \
luo罗 zheng郑 liang梁 xie谢 song宋 tang唐汤 han韩 feng冯 deng邓 cao曹 peng彭 zeng曾 xiao肖萧 tian田 dong董 yuan袁 pan潘 yu于余 \
jiang蒋姜江 cai蔡 du杜 ye叶 cheng程 su苏 wei魏韦 lv吕 ding丁 ren任 shen沈 yao姚 lu卢陆 cui崔 zhong钟 tan谭 fan范 jin金 shi石史 \
liao廖 jia贾 xia夏 fu付 fang方 bai白 zou邹 meng孟 xiong熊 qin秦 qiu邱 yin尹 xue薛 yan闫严颜 duan段 lei雷 hou侯 long龙 tao陶 gu顾 \
mao毛 hao郝 gong龚 shao邵 wan万 qian钱 dai戴 mo莫 kong孔 xiang向";

const GIVEN: &str = "\
wei伟薇巍 fang芳 na娜 min敏 jing静晶 li丽莉 qiang强 lei磊 jun军俊 yang洋阳 yong勇永 yan艳燕岩 jie杰洁 juan娟 tao涛 ming明 chao超 \
xiu秀 xia霞 ping平萍 gang刚 gui桂 ying英颖 hua华 jian建健 guo国 wen文雯 zhi志智 hai海 hong红宏 yu玉雨宇 lan兰 chun春 xiao晓小 zi子 \
xin欣新 jia佳嘉 si思 hao浩 xuan轩 zi梓 han涵 feng峰锋 bin斌彬 bo波博 hui辉慧 peng鹏 fei飞 long龙 ting婷 xue雪 mei梅 lin琳林 ling玲 \
dan丹 kai凯 chen晨 rui瑞 yi毅怡 liang亮 dong东 ning宁 cheng成 qing庆青 de德 rong荣蓉";

const TRADES: &str = "\
精密机械|Precision Machinery,机械|Machinery,机械制造|Machinery Manufacturing,自动化科技|Automation Technology
自动化设备|Automation Equipment,数控机床|CNC Machine Tool,数控设备|CNC Equipment,智能装备|Intelligent Equipment
智能科技|Intelligent Technology,轴承|Bearing,轴承制造|Bearing Manufacturing,模具|Mould,精密模具|Precision Mould
五金制品|Hardware Products,五金塑胶|Hardware & Plastic,电气|Electric,电气设备|Electrical Equipment,电器|Electrical Appliance
液压|Hydraulics,液压件|Hydraulic Components,阀门|Valve,泵业|Pump,仪器|Instrument,仪器仪表|Instruments & Meters
激光科技|Laser Technology,激光设备|Laser Equipment,齿轮|Gear,传动科技|Transmission Technology,紧固件|Fastener
橡塑|Rubber & Plastic,塑料机械|Plastic Machinery,包装机械|Packaging Machinery,汽车零部件|Auto Parts,汽车配件|Auto Accessories
新能源科技|New Energy Technology,光电科技|Optoelectronic Technology,光电|Optoelectronics,半导体|Semiconductor
传感技术|Sensing Technology,电机|Motor,机电设备|Mechanical & Electrical Equipment,机器人|Robot,机器人科技|Robotics
工具|Tools,刀具|Cutting Tools,铸造|Foundry,铸件|Casting,热处理|Heat Treatment,钢结构|Steel Structure
环保设备|Environmental Equipment,环保科技|Environmental Technology,食品机械|Food Machinery,纺织机械|Textile Machinery
印刷设备|Printing Equipment,电缆|Cable,线缆|Wire & Cable,新材料|New Material,检测技术|Testing Technology
制冷设备|Refrigeration Equipment,气动元件|Pneumatic Components,电子科技|Electronic Technology,电子|Electronics
精密电子|Precision Electronics,实业|Industrial,工业|Industry,科技|Technology,技术|Technology,贸易|Trading
机电|Mechatronics,过滤设备|Filtration Equipment,焊接设备|Welding Equipment,压缩机|Compressor,弹簧|Spring,铝业|Aluminium
不锈钢制品|Stainless Steel Products,医疗器械|Medical Devices,测控技术|Measurement & Control Technology,供应链|Supply Chain";

const TRADITIONAL: &str = "\
华華 锐銳 达達 龙龍 远遠 园園 缘緣 锦錦 晋晉 劲勁 鸿鴻 红紅 丽麗 励勵 丰豐 锋鋒 风風 枫楓 铜銅 发發 顺順 长長 畅暢 兴興 伟偉 维維 \
卫衛 亿億 铭銘 鸣鳴 广廣 东東 栋棟 众眾 联聯 连連 莲蓮 铂鉑 凯凱 恺愷 开開 启啟 奥奧 诺諾 莱萊 来來 杰傑 洁潔 宁寧 诚誠 坚堅 创創 \
灵靈 领領 云雲 运運 沪滬 誉譽 实實 时時 陆陸 强強 骏駿 军軍 荣榮 阳陽 扬揚 飞飛 腾騰 欧歐 亚亞 环環 蓝藍 兰蘭 宝寶 润潤 泽澤 万萬 \
硕碩 骥驥 鹏鵬 赛賽 图圖 滨濱 机機 设設 备備 电電 气氣 动動 术術 轴軸 仪儀 压壓 阀閥 业業 铸鑄 热熱 处處 钢鋼 结結 构構 纺紡 织織 \
缆纜 线線 传傳 检檢 测測 导導 体體 车車 胶膠 制製 厂廠 责責 团團 苏蘇 无無 锡錫 济濟 岛島 沈瀋 汉漢 庆慶 贸貿 国國 际際 总總 办辦 \
区區 县縣 镇鎮 号號 楼樓 层層 紧緊 齿齒 轮輪 数數 装裝 铝鋁 过過 滤濾 网網 质質 计計 张張 刘劉 陈陳 杨楊 黄黃 赵趙 吴吳 孙孫 马馬 \
许許 韩韓 冯馮 邓鄧 叶葉 吕呂 卢盧 钟鐘 谭譚 贾賈 韦韋 邹鄒 严嚴 钱錢 汤湯 贺賀 顾顧 龚龔 蒋蔣 萧蕭 罗羅 郑鄭 谢謝 纳納 迈邁 顿頓 \
辉輝 汇匯 欢歡 宽寬 稳穩 优優 聚聚 圣聖 盖蓋 涛濤 静靜 娜娜 莉莉 艳艷 岩巖 刚剛 颖穎 轩軒 琼瓊 广廣 门門 绍紹 兴興 莞莞 州州 湾灣";

const CHINA: &str = "\
苏州|Suzhou|江苏|Jiangsu|0512|215|3205|30|工业园区,吴中区,相城区,高新区,吴江区
上海|Shanghai|上海|Shanghai|021|201|3101|40|浦东新区,嘉定区,松江区,闵行区,奉贤区,青浦区
深圳|Shenzhen|广东|Guangdong|0755|518|4403|34|宝安区,龙岗区,龙华区,光明区,南山区
东莞|Dongguan|广东|Guangdong|0769|523|4419|24|长安镇,虎门镇,塘厦镇,寮步镇,松山湖
宁波|Ningbo|浙江|Zhejiang|0574|315|3302|18|北仑区,鄞州区,镇海区,慈溪市
无锡|Wuxi|江苏|Jiangsu|0510|214|3202|18|新吴区,锡山区,惠山区,滨湖区
杭州|Hangzhou|浙江|Zhejiang|0571|310|3301|16|余杭区,萧山区,滨江区,钱塘区
常州|Changzhou|江苏|Jiangsu|0519|213|3204|12|新北区,武进区,天宁区
佛山|Foshan|广东|Guangdong|0757|528|4406|14|顺德区,南海区,禅城区
广州|Guangzhou|广东|Guangdong|020|510|4401|14|番禺区,白云区,黄埔区,花都区
昆山|Kunshan|江苏|Jiangsu|0512|215|320583|10|玉山镇,千灯镇,花桥镇
温州|Wenzhou|浙江|Zhejiang|0577|325|3303|8|龙湾区,瓯海区,乐清市
台州|Taizhou|浙江|Zhejiang|0576|318|3310|8|椒江区,路桥区,温岭市
嘉兴|Jiaxing|浙江|Zhejiang|0573|314|3304|7|南湖区,平湖市
南通|Nantong|江苏|Jiangsu|0513|226|3206|8|崇川区,通州区,启东市
南京|Nanjing|江苏|Jiangsu|025|210|3201|8|江宁区,浦口区,栖霞区
中山|Zhongshan|广东|Guangdong|0760|528|4420|6|火炬开发区,小榄镇
惠州|Huizhou|广东|Guangdong|0752|516|4413|5|仲恺高新区,惠阳区
珠海|Zhuhai|广东|Guangdong|0756|519|4404|4|香洲区,金湾区
绍兴|Shaoxing|浙江|Zhejiang|0575|312|3306|5|柯桥区,上虞区
合肥|Hefei|安徽|Anhui|0551|230|3401|6|高新区,包河区,经开区
青岛|Qingdao|山东|Shandong|0532|266|3702|6|城阳区,黄岛区,即墨区
天津|Tianjin|天津|Tianjin|022|300|1201|8|西青区,滨海新区,津南区,武清区
北京|Beijing|北京|Beijing|010|100|1101|8|大兴区,昌平区,海淀区,通州区
济南|Jinan|山东|Shandong|0531|250|3701|4|历城区,高新区
大连|Dalian|辽宁|Liaoning|0411|116|2102|4|金州区,甘井子区
沈阳|Shenyang|辽宁|Liaoning|024|110|2101|3|铁西区,浑南区
武汉|Wuhan|湖北|Hubei|027|430|4201|5|东湖高新区,江夏区,蔡甸区
长沙|Changsha|湖南|Hunan|0731|410|4301|3|岳麓区,长沙县
西安|Xi'an|陕西|Shaanxi|029|710|6101|3|高新区,未央区
成都|Chengdu|四川|Sichuan|028|610|5101|4|龙泉驿区,郫都区,双流区
重庆|Chongqing|重庆|Chongqing|023|400|5001|5|北碚区,九龙坡区,璧山区
郑州|Zhengzhou|河南|Henan|0371|450|4101|3|高新区,中牟县
厦门|Xiamen|福建|Fujian|0592|361|3502|3|集美区,同安区
泉州|Quanzhou|福建|Fujian|0595|362|3505|3|晋江市,南安市
扬州|Yangzhou|江苏|Jiangsu|0514|225|3210|3|邗江区,江都区
镇江|Zhenjiang|江苏|Jiangsu|0511|212|3211|2|丹阳市,丹徒区
泰州|Taizhou|江苏|Jiangsu|0523|225|3212|2|靖江市,高港区
湖州|Huzhou|浙江|Zhejiang|0572|313|3305|2|吴兴区,德清县
金华|Jinhua|浙江|Zhejiang|0579|321|3307|3|永康市,义乌市
芜湖|Wuhu|安徽|Anhui|0553|241|3402|2|鸠江区,弋江区
烟台|Yantai|山东|Shandong|0535|264|3706|3|福山区,莱山区
潍坊|Weifang|山东|Shandong|0536|261|3707|2|诸城市,坊子区
石家庄|Shijiazhuang|河北|Hebei|0311|050|1301|2|裕华区,鹿泉区
长春|Changchun|吉林|Jilin|0431|130|2201|2|绿园区
哈尔滨|Harbin|黑龙江|Heilongjiang|0451|150|2301|1|香坊区
南昌|Nanchang|江西|Jiangxi|0791|330|3601|1|青山湖区
福州|Fuzhou|福建|Fujian|0591|350|3501|2|马尾区,闽侯县";

const GERMAN: &str = "\
Stuttgart|Stuttgart|Baden-Württemberg|Baden-Wuerttemberg|0711|70|DE|12|Vaihingen,Feuerbach
München|Munich|Bayern|Bavaria|089|80|DE|12|Moosach,Pasing
Nürnberg|Nuremberg|Bayern|Bavaria|0911|90|DE|7|
Köln|Cologne|Nordrhein-Westfalen|North Rhine-Westphalia|0221|50|DE|8|Ehrenfeld,Porz
Düsseldorf|Duesseldorf|Nordrhein-Westfalen|North Rhine-Westphalia|0211|40|DE|7|
Hamburg|Hamburg|Hamburg|Hamburg|040|20|DE|9|
Berlin|Berlin|Berlin|Berlin|030|12|DE|9|Adlershof,Spandau
Frankfurt am Main|Frankfurt|Hessen|Hesse|069|60|DE|6|
Bielefeld|Bielefeld|Nordrhein-Westfalen|North Rhine-Westphalia|0521|33|DE|5|
Chemnitz|Chemnitz|Sachsen|Saxony|0371|09|DE|4|
Hannover|Hanover|Niedersachsen|Lower Saxony|0511|30|DE|5|
Reutlingen|Reutlingen|Baden-Württemberg|Baden-Wuerttemberg|07121|72|DE|4|
Heilbronn|Heilbronn|Baden-Württemberg|Baden-Wuerttemberg|07131|74|DE|4|
Göppingen|Goeppingen|Baden-Württemberg|Baden-Wuerttemberg|07161|73|DE|3|
Würzburg|Wuerzburg|Bayern|Bavaria|0931|97|DE|3|
Siegen|Siegen|Nordrhein-Westfalen|North Rhine-Westphalia|0271|57|DE|4|
Linz|Linz|Oberösterreich|Upper Austria|0732|40|AT|4|
Graz|Graz|Steiermark|Styria|0316|80|AT|3|
Wien|Vienna|Wien|Vienna|01|11|AT|5|
Winterthur|Winterthur|Zürich|Zurich|052|84|CH|4|
Zürich|Zurich|Zürich|Zurich|044|80|CH|4|
Basel|Basel|Basel-Stadt|Basel-City|061|40|CH|3|";

const BRITISH: &str = "\
Birmingham|Birmingham|West Midlands|West Midlands|0121|B|GB|8|
Sheffield|Sheffield|South Yorkshire|South Yorkshire|0114|S|GB|6|
Manchester|Manchester|Greater Manchester|Greater Manchester|0161|M|GB|6|
Leeds|Leeds|West Yorkshire|West Yorkshire|0113|LS|GB|5|
Coventry|Coventry|West Midlands|West Midlands|024|CV|GB|4|
Derby|Derby|Derbyshire|Derbyshire|01332|DE|GB|3|
Bristol|Bristol|Avon|Avon|0117|BS|GB|4|
Glasgow|Glasgow|Lanarkshire|Lanarkshire|0141|G|GB|3|";

const AMERICAN: &str = "\
Detroit|Detroit|MI|Michigan|313|482|US|7|
Grand Rapids|Grand Rapids|MI|Michigan|616|495|US|5|
Cleveland|Cleveland|OH|Ohio|216|441|US|6|
Dayton|Dayton|OH|Ohio|937|454|US|4|
Chicago|Chicago|IL|Illinois|312|606|US|8|
Rockford|Rockford|IL|Illinois|815|611|US|4|
Milwaukee|Milwaukee|WI|Wisconsin|414|532|US|5|
Houston|Houston|TX|Texas|713|770|US|7|
Charlotte|Charlotte|NC|North Carolina|704|282|US|4|
San Jose|San Jose|CA|California|408|951|US|4|
Erie|Erie|PA|Pennsylvania|814|165|US|3|
Wichita|Wichita|KS|Kansas|316|672|US|3|";

const JAPANESE: &str = "\
名古屋市|Nagoya|愛知県|Aichi|052|460|JP|8|中区,港区
大阪市|Osaka|大阪府|Osaka|06|530|JP|8|北区,西淀川区
東京都|Tokyo|東京都|Tokyo|03|100|JP|9|大田区,品川区
浜松市|Hamamatsu|静岡県|Shizuoka|053|430|JP|5|中央区
京都市|Kyoto|京都府|Kyoto|075|600|JP|4|南区
横浜市|Yokohama|神奈川県|Kanagawa|045|220|JP|5|鶴見区
広島市|Hiroshima|広島県|Hiroshima|082|730|JP|3|安芸区";

const KOREAN: &str = "\
서울|Seoul|서울|Seoul|02|04|KR|8|금천구,구로구
부산|Busan|부산|Busan|051|46|KR|5|사상구
인천|Incheon|인천|Incheon|032|21|KR|5|남동구
창원|Changwon|경남|Gyeongnam|055|51|KR|4|성산구
화성|Hwaseong|경기|Gyeonggi|031|18|KR|5|동탄
대구|Daegu|대구|Daegu|053|41|KR|4|달서구";

const JAPANESE_BRANDS: &str = "\
田中|Tanaka,山本|Yamamoto,中村|Nakamura,小林|Kobayashi,加藤|Kato,吉田|Yoshida,山田|Yamada,松本|Matsumoto,井上|Inoue,木村|Kimura
林|Hayashi,清水|Shimizu,森|Mori,池田|Ikeda,橋本|Hashimoto,石川|Ishikawa,前田|Maeda,藤田|Fujita,岡田|Okada,後藤|Goto
東亜|Toa,日進|Nisshin,大和|Daiwa,富士見|Fujimi,三光|Sanko,共栄|Kyoei,光洋|Koyo,旭|Asahi,豊和|Howa,新生|Shinsei";
const JAPANESE_TRADES: &str = "\
製作所| Seisakusho,工業| Kogyo,精機| Seiki,電機| Denki,鉄工所| Tekkosho,機械| Kikai,精工| Seiko,金属| Kinzoku,産業| Sangyo,化学| Kagaku";
const KOREAN_BRANDS: &str = "\
대성|Daesung,한진|Hanjin,동아|Donga,삼정|Samjung,신우|Shinwoo,세종|Sejong,태광|Taekwang,우진|Woojin,명성|Myungsung,광명|Kwangmyung
유진|Yujin,성원|Sungwon,대원|Daewon,동신|Dongshin,한빛|Hanbit,미래|Mirae,제일|Jeil,화신|Hwashin,경동|Kyungdong,진성|Jinsung";
const KOREAN_TRADES: &str = "\
정밀| Precision,기계| Machinery,산업| Industrial,전자| Electronics,테크| Tech,공업| Engineering,금속| Metal,모터스| Motors,시스템| Systems";
const KOREAN_FAMILIES: &str = "\
김|Kim,이|Lee,박|Park,최|Choi,정|Jung,강|Kang,조|Cho,윤|Yoon,장|Jang,임|Lim,한|Han,오|Oh,서|Seo,신|Shin,권|Kwon,황|Hwang,안|Ahn,송|Song,류|Ryu,홍|Hong";
const KOREAN_GIVEN: &str = "\
민준|Minjun,서연|Seoyeon,지훈|Jihoon,수빈|Subin,현우|Hyunwoo,지영|Jiyoung,성민|Sungmin,은지|Eunji,동현|Donghyun,미경|Mikyung
영호|Youngho,정숙|Jungsook,상훈|Sanghoon,혜진|Hyejin,재호|Jaeho,선영|Sunyoung,준영|Junyoung,유진|Yujin,태호|Taeho,보라|Bora
승현|Seunghyun,경희|Kyunghee,병철|Byungchul,나영|Nayoung,진우|Jinwoo,하은|Haeun,도윤|Doyoon,소영|Soyoung,기태|Kitae,윤아|Yoona";

const GERMAN_FAMILIES: &str = "\
Müller,Schmidt,Schneider,Fischer,Weber,Meyer,Wagner,Becker,Schulz,Hoffmann,Schäfer,Koch,Bauer
Richter,Klein,Wolf,Schröder,Neumann,Schwarz,Zimmermann,Braun,Krüger,Hofmann,Hartmann,Lange
Schmitt,Werner,Krause,Meier,Lehmann,Schmid,Köhler,Herrmann,König,Walter,Mayer,Huber,Kaiser,Fuchs
Peters,Lang,Scholz,Möller,Weiß,Jung,Hahn,Schubert,Vogel,Friedrich,Keller,Günther,Frank,Berger
Winkler,Roth,Beck,Lorenz,Baumann,Franke,Albrecht,Schuster,Simon,Ludwig,Böhm,Winter,Kraus
Schumacher,Krämer,Vogt,Stein,Jäger,Otto,Sommer,Groß,Seidel,Heinrich,Brandt,Haas,Schreiber,Graf
Dietrich,Ziegler,Kühn,Pohl,Engel,Horn,Busch,Bergmann,Thomas,Voigt,Sauer,Arnold,Pfeiffer,Eberle
Kübler,Rösch,Hägele,Strobel,Zahn,Ritter,Maurer,Röhm";

const GERMAN_GIVEN: &str = "\
Thomas,Michael,Andreas,Stefan,Peter,Jürgen,Klaus,Wolfgang,Martin,Frank,Uwe,Markus,Jörg,Ralf
Matthias,Jens,Christian,Sabine,Susanne,Petra,Monika,Claudia,Birgit,Andrea,Stefanie,Nicole
Katharina,Anna,Julia,Lena,Laura,Felix,Lukas,Jan,Tobias,Florian,Sebastian,Alexander,Daniel,Günter
Ursula,Heike,Gabriele,Silke";

const ENGLISH_FAMILIES: &str = "\
Smith,Jones,Taylor,Brown,Williams,Wilson,Johnson,Davies,Robinson,Wright,Thompson,Evans,Walker
White,Roberts,Green,Hall,Wood,Jackson,Clarke,Miller,Davis,Anderson,Moore,Martin,Harris,Lewis
Clark,Allen,Young,King,Scott,Hill,Adams,Baker,Nelson,Carter,Mitchell,Campbell,Parker,Edwards
Collins,Stewart,Morris,Murphy,Cook,Rogers,Cooper,Reed,Bailey,Bell,Ward,Cox,Richardson,Howard
Peterson,Gray,Ramsey,Watson,Brooks,Kelly,Sanders,Price,Bennett,Barnes,Ross,Henderson,Coleman
Jenkins,Perry,Powell,Patterson,Hughes,Butler,Foster,Bryant,Russell,Griffin,Hayes,Ford";

const ENGLISH_GIVEN: &str = "\
James,John,Robert,Michael,William,David,Richard,Joseph,Charles,Daniel,Matthew,Anthony,Mark
Steven,Andrew,Paul,Joshua,Kevin,Brian,Edward,Mary,Patricia,Jennifer,Linda,Elizabeth,Barbara
Susan,Jessica,Sarah,Karen,Nancy,Lisa,Margaret,Sandra,Ashley,Emily,Donna,Michelle,Carol,Amanda
Deborah,Rachel,Catherine,Nicholas";

const COINED: &str = "\
tec,ro,vex,no,ma,dyn,ax,lo,ko,fer,ul,tra,pro,mec,gen,sys,ter,vi,zo,bal,can,del,el,fin
ha,in,jet,kal,lin,mon,or,pan,qua,ri";

const GERMAN_TRADES: &str = "\
Maschinenbau,Werkzeugbau,Präzisionstechnik,Automation,Antriebstechnik,Hydraulik,Metallbau
Werkzeugmaschinen,Kunststofftechnik,Elektrotechnik,Messtechnik,Fördertechnik,Feinmechanik
Zerspanungstechnik,Anlagenbau,Verpackungstechnik,Gießerei,Lasertechnik,Pumpen,Armaturen
Blechbearbeitung,Industrietechnik,Formenbau,Stahlbau,Robotik,Systemtechnik";

const ENGLISH_TRADES: &str = "\
Machine Tools,Precision Engineering,Manufacturing,Automation,Hydraulics,Industries,Tooling,Fasteners
Bearings,Castings,Plastics,Controls,Instruments,Fabrication,Metal Products,Engineering,Components
Valves,Pumps,Robotics,Systems,Gear,Steel,Packaging,Machinery";
