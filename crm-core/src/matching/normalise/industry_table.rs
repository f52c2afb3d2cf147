//! Words for lines of business: for each a canonical word, then how it is written, in folded text.
//!
//! A word that two others make up is left out, unless firms are known by it: the business then has both.
//! Source: the names of manufacturers, and the Classification of National Economic Activities (GB/T 4754).

/// In Chinese, and in Japanese and Korean where the words differ.
pub(super) const EAST_ASIAN: &str = "\
    technology 科技 技术 高科 高新技术 高科技 高新科技 科学技术 新科技 기술 테크;\
    machinery 机械 机器 机械厂 기계;\
    machine_tools 机床 机床附件 数控 工作机械 工作机 공작기계;\
    precision 精密 精工 精机 정밀;\
    heavy 重工 重型 重机 重工业 중공업;\
    engineering 工程 工程公司 엔지니어링;\
    equipment 设备 装备 装置 成套 器材 器械 机具;\
    manufacturing 制造 生产 加工 智造 制作 制作所 制造所 高端制造;\
    electromechanical 机电 电机 电动机 马达 전기;\
    electric 电气 电器 电工 低压电器 高压电器;\
    electronics 电子 电子元件 微电子 光电子 电子器件 半导体 集成电路 芯片 전자;\
    power 电力 能源 新能源 电源 电站 发电 供电 水电 火电 核电 风电 风能 太阳能 光伏 储能 电网 热电 热力 热能 动力 \
    清洁能源;\
    battery 电池 蓄电池 锂电 锂能 锂电池 锂业;\
    automation 自动化 自控 控制 자동화;\
    robot 机器人 智能 智能化 人工智能;\
    instruments 仪器 仪表 测控 检测 测量 计量 传感 传感器 分析仪器 计器;\
    optics 光电 光学 激光 光机 光子 照明 灯饰 显示;\
    materials 材料 新材料 复合材料 新型材料 纳米 高分子 碳素 石墨 耐火材料 磁性材料 磁材 磁业 陶瓷 玻璃 소재;\
    chemical 化工 石油化工 氯碱 盐化 磷化 煤气化 玻纤 化学 精细化工 石化 化纤 化肥 涂料 油漆 染料 助剂 农药 日化 胶粘剂 화학;\
    plastics 塑料 塑机 聚氨酯 塑胶 橡胶 橡塑 塑业 注塑 管道 管业 管材 薄膜;\
    steel 钢铁 特钢 特殊钢 钢管 不锈钢 钢构 钢结构 钢业 钢材 钢丝 钢绳 铁合金 철강;\
    metals 金属 铝业 铜业 铝材 铝制品 冶金 冶炼 黄金 稀土 钛业 锌业 镁业 钨业 钼业 锡业 有色 合金 粉末冶金;\
    casting 铸造 铸锻 锻造 铸件 锻件 铸钢 铸业 锻压 压铸 冲压 热处理 表面处理 电镀 焊接;\
    bearings 轴承 轴业;\
    gears 齿轮 齿轮箱 减速机 减速器 传动 变速器 链条 链传动 联轴器;\
    valves 阀门 阀业 控制阀 流体;\
    pumps 泵业 水泵 泵阀 制泵 油泵 泵;\
    compressors 压缩机 空压机 风机 鼓风机 通风 真空;\
    hydraulics 液压 液压件 气动 气动元件 密封 密封件;\
    moulds 模具 模塑 模业 模架 模胚;\
    tools 工具 切削 刀具 量具 磨具 磨料磨具 切削工具 刃具 电动工具 砂轮 超硬材料 硬质合金;\
    hardware 五金 五金交电 标准件 紧固件 螺丝 弹簧 配件 零部件 部件 零件 结构件;\
    wire_cable 电缆 线缆 电线 光缆 连接器 接插件 开关 变压器 变频器 继电器;\
    automotive 汽车 汽配 客车 商用车 专用车 车辆 车桥 车身 摩托车 自行车 电动车 拖拉机 轮胎 轮毂 자동차;\
    rail 轨道 机车 铁路 铁道 高铁 地铁;\
    ship 船舶 造船 海工 海洋工程 船厂 船业 조선;\
    aviation 航空 航天 飞机 航发;\
    engines 发动机 内燃机 柴油机 汽轮机 燃气轮机 锅炉 压力容器 换热 换热器 热交换 汽机 燃烧;\
    cranes 起重 起重机 电梯 输送机 输送设备 输送机械 叉车 矿山机械 矿机 矿山设备 矿山装备;\
    agricultural 农机 农业 农牧 牧业 渔业 饲料 种业;\
    textile 纺织 羊绒 纺机 服装 服饰 印染 纺织品 毛纺 棉纺 针织 织造 无纺布 皮革 制衣 鞋业;\
    food 食品 葡萄酒 糖 酒 白酒 饮料 乳业 酒业 啤酒 粮油 油脂 糖业 茶业 肉类 调味品 식품;\
    pharma 医药 制药 药业 药机 生物 医疗 药品 中药 健康;\
    environment 环保 环境 水处理 水务 净化 节能 除尘 再生资源 环卫;\
    refrigeration 制冷 空调 冷冻 冷链 暖通 冷却 冷冻机;\
    packaging 包装 印刷 纸业 造纸 纸制品 彩印 印务;\
    construction 建设 城投 城建投 交投 交建 建筑 建工 城建 建材 水泥 混凝土 装饰 装修 幕墙 门窗 安装 路桥 市政 基建 防水 园林 건설;\
    design 设计 设计院 规划设计 勘察设计 勘测设计 研究 研发 科研;\
    software 软件 信息 网络 互联网 大数据 数据 系统 系统集成 计算机 电脑 数码 数字 云计算 物联网;\
    telecom 通信 通讯 电信 光通信 无线 电讯 卫星 导航;\
    trading 贸易 商贸 进出口 经贸 工贸 外贸 对外贸易 国贸 商业 商社 商事 物资 销售 供销 供应链 批发 百货 商务 商城 \
    商场 经销 무역 상사;\
    logistics 物流 港 交运 航运 汽运 客运 公交 物贸 运输 仓储 货运 快递 货运代理 港口 航运 海运 港务 机场 高速 公路 交通 물류;\
    petroleum 石油 天然气 燃气 油气 油田 煤炭 煤业 煤矿 煤电 矿业 矿产 焦化 煤化工 能化 炼化;\
    household 家电 智家 家用电器 厨具 卫浴 家居 家具 日用品 洁具 家纺 玩具 文具 用品 制品 办公设备;\
    military 防务 军工 安防 安全 消防;\
    property 房地产 地产 置业 物业 开发 城市建设 城市发展 园区 旅游 酒店 文化 传媒 文化传播 广告 会展 教育 体育;\
    finance 投资 国投 国资 资本 基金 证券 银行 保险 租赁 融资租赁 信托 财务 金融 资产管理 创业投资 期货 担保 小额贷款 股权投资 \
    管理 咨询 服务 人力资源;\
    institution 大学 学院 职业技术学院 学校 医院 中学 研究院 研究所 总公司 협회 协会 学会 委员会 管理局 局 출판사;\
    works 厂 工厂 总厂 制造厂 加工厂 生产厂 配件厂 工业所;\
    general 国际 中心 实业 控股 发展 企业 工业 产业 集团 经济发展 合作 股份 综合 总合 联合 商会 事业 兴业 홀딩스 산업 공업 \
    개발 글로벌 인터내셔널";

/// In scripts with spaces, as plain letters.
pub(super) const LATIN: &str = "\
    technology technology technologies tech technologie technologien technik technics technic techno technical technologia tecnologia tecnologie tecnologias tecnica teknik teknoloji technika tekhnologii technological hightech science scientific sciences;\
    machinery machinery machine machines maschinen maschinenbau maschinenfabrik maschine macchine maquinaria maquinas machineries mach makina makine mashinostroenie mekanik mechanical mechanics mechanik mechanica meccanica mecanique mecanica mechatronics mechatronik mechatronic machining;\
    machine_tools cnc toolmaker werkzeugmaschinen lathe lathes milling;\
    precision precision prazision prazisionstechnik precise prazisions feinmechanik precisione precisao prec feinwerktechnik;\
    heavy heavy schwermaschinenbau;\
    engineering engineering eng engineers ingenieure ingenieria ingegneria ingenierie ingenieurburo engg anlagenbau engineered;\
    equipment equipment equipments equipamentos equipos apparatus apparatebau anlagen appliances appliance device devices gerate geratebau outfit ausrustung;\
    manufacturing manufacturing mfg manufacture manufacturers manufacturer produktion production productions produktions fertigung fabrication industria produzione fabricators producer products product produkte;\
    electromechanical electromechanical elektromechanik motor motors motoren antriebe antriebstechnik drive drives;\
    electric electric electrical elektrik elektro elektrotechnik electrics elettrica elettrici electrique electrica elektrische elektra;\
    electronics electronics electronic elektronik elektronika elettronica electronique semiconductor semiconductors microelectronics components halbleiter;\
    power power energy energie energia energietechnik energies solar photovoltaic wind renewables turbine turbines turbinen enerji;\
    battery battery batteries akku lithium;\
    automation automation automatisierung automatisierungstechnik automatik automazione control controls controller steuerungstechnik automatic automatisation automata;\
    robot robot robots robotics robotik robotic intelligent smart;\
    instruments instruments instrument instrumentation messtechnik measurement measuring metrology sensor sensors sensorik sensoren testing;\
    optics optics optical optik laser lasers lasertechnik photonics lighting leuchten;\
    materials materials material ceramics ceramic keramik composites polymers polymer glass glas;\
    chemical chemical chemicals chemie chemistry chimica chimie quimica petrochemical coatings coating paints;\
    plastics plastics plastic kunststoff kunststoffe kunststofftechnik rubber gummi plastik films;\
    steel steel steels stahl stahlbau acier acciai acciaierie iron stainless tube tubes pipe pipes;\
    metals metal metals metall metallbau metallverarbeitung aluminium aluminum copper metallurgy metallurgical metalli alloy alloys mining metallwaren metalworks;\
    casting casting castings foundry foundries giesserei forge forging forgings schmiede fonderie stamping stampings welding;\
    bearings bearing bearings walzlager cuscinetti lager;\
    gears gear gears zahnradfabrik zahnrad getriebe getriebebau transmission transmissions gearbox riduttori ingranaggi;\
    valves valve valves armaturen valvole ventile fluid fluids flow;\
    pumps pump pumps pumpen pompe pompes bombas;\
    compressors compressor compressors kompressoren compressori vacuum vakuum fans blower ventilation;\
    hydraulics hydraulics hydraulic hydraulik pneumatics pneumatic pneumatik oleodinamica seal seals sealing dichtungen dichtungstechnik;\
    moulds mould moulds mold molds moulding molding formenbau stampi tooling werkzeugbau;\
    tools tool tools werkzeug werkzeuge utensili outils cutting abrasives schleiftechnik;\
    hardware hardware fasteners fastener screws schrauben parts spring springs federn befestigungstechnik;\
    wire_cable cable cables wire wires kabel connectors connector transformer transformers switchgear;\
    automotive automotive auto automobile automobiles automobil car cars vehicle vehicles fahrzeugbau fahrzeuge truck trucks otomotiv autoparts tyre tyres tire tires;\
    rail rail railway railways locomotive rolling;\
    ship shipbuilding shipyard marine maritime offshore ocean ship ships werft;\
    aviation aviation aerospace aircraft airlines aero luftfahrt space;\
    engines engine engines boiler boilers diesel kessel thermal heat heating warmetechnik;\
    cranes crane cranes hoist lifting elevator elevators lift lifts conveyor conveyors fordertechnik handling intralogistics forklift;\
    agricultural agricultural agriculture agro farm farming landtechnik landmaschinen agri;\
    textile textile textiles textil fashion garment garments;\
    food food foods beverage beverages lebensmittel nutrition brewery;\
    pharma pharma pharmaceutical pharmaceuticals medical medizintechnik medicine biotech bio biotechnology health healthcare biological;\
    environment environmental environment umwelttechnik umwelt water filtration filter filters recycling wasser cleaning;\
    refrigeration refrigeration cooling kaltetechnik klimatechnik hvac conditioning climate kalte;\
    packaging packaging verpackung verpackungen verpackungstechnik packing printing print druck paper papier imballaggi;\
    construction construction constructions building bau bauunternehmen cement beton concrete costruzioni constructora insaat installation contracting;\
    design design designs research development entwicklung r d;\
    software software informatik computer computers information data digital it systems system systeme systemtechnik solutions solution losungen network networks sistemi sistemas systemes;\
    telecom telecom telecommunications communication communications telekom;\
    trading trading trade trades import export imports exports vertrieb vertriebs handel handels handelsgesellschaft commerce commercial sales distribution distributors supply supplies wholesale ticaret impex comercio marketing merchants;\
    logistics logistics logistik transport transportation shipping warehousing freight forwarding port airport spedition;\
    petroleum petroleum oil gas coal petrol oilfield natural drilling;\
    household home furniture household mobel kitchen;\
    military defence defense security safety;\
    property property properties real estate immobilien hotel hotels media advertising education;\
    finance investment investments capital finance financial bank insurance leasing consulting management service services beteiligungen beteiligung beteiligungs verwaltungs verwaltung venture ventures asset partners;\
    institution university college universitat hochschule school hospital center centre association institute academy;\
    works works talleres factory plant werk werke fabrik mill mills;\
    general international intl industries industry industrial industrie industrien industriale industrielle industriel industrieller industriales holding holdings global enterprise enterprises group groupe gruppe company unternehmen betriebe sanayi san ve worldwide world and und et y e of for der die das de la le the corp business endustrisi endustri industri europe asia pacific emea apac americas gebr gebruder bros brothers sohne";
