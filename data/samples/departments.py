"""The five departments' workbooks and one office's CSV list: layouts only."""

from __future__ import annotations

from sheet_layout import Layout

EMERGENCY = "应急管理局_风险隐患排查台账.xlsx"
FORESTRY = "林业局_森林火险排查表.xlsx"
WATER = "水务局_防洪隐患排查表.xlsx"
LAND = "自然资源局_地质灾害隐患点表.xlsx"
MARKET = "市场监管与农业农村局_排查表.xlsx"
WEATHER = "气象局_气象灾害隐患清单.csv"
FILLED = "填报时间：2014年6月25日　　（本表内容全部虚构）"

_PLACE = (("县区", "county"), ("乡镇（街道）", "township"), ("详细位置", "address"))
_LEDGER = (
    ("主要危险因素", "description"),
    ("可能后果", "consequence"),
    ("整改措施", "measures"),
    ("整改资金（万元）", "fund"),
    ("整改责任人", "owner"),
    ("整改时限", "deadline"),
    ("整改情况", "progress"),
)
_PEOPLE = (("责任单位", "unit"), ("联系人", "contact"), ("联系电话", "phone"))

LAYOUTS = (
    Layout(
        EMERGENCY, "危险化学品", ("秦皇岛市危险化学品生产使用和存储隐患排查台账", FILLED), ("hazardous_chemicals",),
        (("序号", "seq"), ("风险点名称", "name"), ("隐患类别", "category"), ("环节", "sub_kind"), *_PLACE,
         ("经度", "lon"), ("纬度", "lat"), ("坐标系", "datum"), ("企业名称", "unit"), ("负责人", "contact"), ("电话", "phone"),
         ("主要危险化学品", "substance"), ("CAS号", "cas"), ("UN号", "un"), ("设计最大量（t）", "max_storage_t"),
         ("是否构成重大危险源", "is_major_source"), ("重大危险源级别", "major_source_grade"), ("备案编号", "record_no"),
         ("从业人数（人）", "workers"), ("排查时间", "found_date"),
         ("L", "lec_l"), ("E", "lec_e"), ("C", "lec_c"), ("风险等级", "risk_level"), ("隐患等级", "hidden_danger_grade"), *_LEDGER),
        datum_word="国家2000", category_words={"hazardous_chemicals": "危化品"}, total=True,
    ),
    Layout(
        EMERGENCY, "油气管线和液氨管线", ("秦皇岛市油气输送管道、液氨输送管线隐患台账", "坐标采用 CGCS2000"),
        ("oil_gas_pipeline", "ammonia_pipeline"),
        (("序号", "seq"), ("隐患名称", "name"), ("类别", "category"), ("小类", "sub_kind"), *_PLACE,
         ("走向坐标（国家2000）", "vertices"), ("管道企业", "operator"), ("责任单位", "unit"), ("联系人", "contact"), ("联系电话", "phone"), ("介质", "medium"),
         ("管径（mm）", "diameter_mm"), ("设计压力（MPa）", "design_pressure_mpa"), ("长度（km）", "length_km"),
         ("埋深（m）", "depth_m"), ("材质", "material"), ("投用日期", "in_service_on"), ("敷设方式", "laying"),
         ("主要问题", "defect"), ("是否高后果区", "is_hca"), ("高后果区等级", "hca_grade"), ("检查日期", "found_date"),
         ("风险等级", "risk_level"), ("整改措施", "measures"), ("完成期限", "deadline"), ("整改情况", "progress"), ("密级", "secrecy")),
        category_words={"oil_gas_pipeline": "输油气管线"}, dates="dots",
    ),
    Layout(
        EMERGENCY, "液氨储存使用", ("涉氨企业隐患排查表", FILLED), ("ammonia_storage",),
        (("序号", "seq"), ("风险点名称", "name"), ("隐患类型", "category"), ("小类", "sub_kind"), *_PLACE,
         ("东经", "lon"), ("北纬", "lat"), ("坐标系", "datum"), *_PEOPLE, ("液氨储量（t）", "max_storage_t"), ("储罐数量（个）", "tank_count"),
         ("用途", "use"), ("是否重大危险源", "is_major_source"), ("重大危险源等级", "major_source_grade"),
         ("是否有泄漏报警", "has_alarm"), ("从业人数", "workers"), ("发现日期", "found_date"),
         ("可能性L", "ls_l"), ("严重性S", "ls_s"), ("等级颜色", "risk_level"), *_LEDGER[2:]),
        notation="dms", datum="wgs84", datum_word="WGS84", level_words="colour",
        category_words={"ammonia_storage": "涉氨制冷"}, dates="words",
    ),
    Layout(
        EMERGENCY, "高速公路", ("高速公路危险化学品泄漏风险路段",), ("highway_hazmat",),
        (("序号", "seq"), ("隐患名称", "name"), ("灾害类型", "category"), ("路段类型", "kind_of_road"), *_PLACE, ("坐标（WGS84）", "coordinates"),
         ("走向坐标（WGS84）", "vertices"), ("高速名称", "road"), ("起点桩号", "stake_from"), ("止点桩号", "stake_to"), ("主要运输物质", "main_cargo"),
         ("日均危化品车辆（辆）", "daily_trucks"), ("临近水体", "near_water"), ("应急池容积（m³）", "spill_pool_m3"), *_PEOPLE,
         ("排查时间", "found_date"), ("风险等级", "risk_level"), ("备注", "remark")),
        notation="pair", datum="wgs84", level_words="short", category_words={"highway_hazmat": "高速公路危化品泄漏"},
    ),
    Layout(
        EMERGENCY, "雾霾", ("雾霾重污染天气重点防控区域",), ("haze",),
        (("序号", "seq"), ("名称", "name"), ("灾种", "category"), ("小类", "sub_kind"), *_PLACE, ("经度(国家2000)", "lon"), ("纬度(国家2000)", "lat"),
         ("范围坐标(国家2000)", "vertices"), ("首要污染物", "pollutant"), ("AQI峰值", "aqi_peak"), ("监测站点", "station"), ("涉气企业数（家）", "source_count"),
         *_PEOPLE, ("登记日期", "found_date"), ("风险等级", "risk_level")),
        category_words={"haze": "重污染天气"}, dates="packed",
    ),
    Layout(
        EMERGENCY, "公共安全（内部）", ("公共安全重点部位排查表", "内部资料　注意保存"), ("terror", "explosion"),
        (("序号", "seq"), ("隐患名称", "name"), ("类别", "category"), ("小类", "sub_kind"), *_PLACE, ("经度", "lon"), ("纬度", "lat"), ("坐标系", "datum"),
         *_PEOPLE, ("监管单位", "regulator"), ("责任派出所", "police_station"), ("日均人流量（人）", "daily_people"), ("防范等级", "protection_class"),
         ("物品种类", "material_kind"), ("核定数量（kg）", "quantity_kg"), ("外部距离（m）", "standoff_m"), ("排查时间", "found_date"),
         ("风险等级", "risk_level"), ("密级", "secrecy")),
        datum_word="CGCS2000",
    ),
    Layout(
        EMERGENCY, "其他", ("其他风险隐患排查台账",), ("other",),
        (("序号", "seq"), ("隐患名称", "name"), ("行业领域", "category"), ("小类", "sub_kind"), *_PLACE, ("经度", "lon"), ("纬度", "lat"), ("坐标系", "datum"),
         *_PEOPLE, ("排查时间", "found_date"), ("隐患内容", "what"), ("可能性L", "ls_l"), ("严重性S", "ls_s"), ("风险等级", "risk_level"), *_LEDGER[2:],
         ("验收人", "acceptor"), ("验收时间", "accept_date"), ("验收意见", "accept_opinion"), ("销号日期", "close_date")),
        datum_word="国家2000", category_words={"other": "其他隐患"},
    ),
    Layout(
        FORESTRY, "森林火险区", ("秦皇岛市森林火险隐患排查表", "坐标系：国家2000（拐点按经度,纬度填写，用分号隔开）"), ("forest_fire",),
        (("序号", "seq"), ("隐患点名称", "name"), ("灾害种类", "category"), ("类型细分", "sub_kind"), ("监管单位", "regulator"), *_PLACE,
         ("拐点坐标（国家2000）", "vertices"), ("经度（国家2000）", "lon"), ("纬度（国家2000）", "lat"), ("森林火险等级", "fire_danger_class"),
         ("火险区划等级", "zone_class"), ("有林地面积（公顷）", "forest_area_ha"), ("优势树种", "tree_species"), ("可燃物载量（t/hm²）", "fuel_load"),
         ("主要火源", "ignition"), ("防火期", "closed_season"), ("护林员", "ranger"), *_PEOPLE, ("排查日期", "found_date"),
         ("可能性L", "ls_l"), ("严重性S", "ls_s"), ("风险等级", "risk_level"), ("防控措施", "measures"), ("备注", "remark")),
        merge="regulator", category_words={"forest_fire": "森林火险"}, level_words="colour",
    ),
    Layout(
        WATER, "防洪隐患", ("秦皇岛市防洪隐患排查登记表", "填报单位：市水务局　　坐标系：2000国家大地坐标系"), ("flood",),
        (("序号", "seq"), ("隐患名称", "name"), ("灾害类型", "category"), ("细类", "sub_kind"), *_PLACE, ("经度(2000)", "lon"), ("纬度(2000)", "lat"),
         ("走向或范围坐标(2000)", "vertices"), ("图形", "geometry_kind"), ("河流名称", "water_body"), ("是否水库", "is_reservoir"), ("总库容（万m³）", "capacity_wan_m3"),
         ("水库规模", "reservoir_scale"), ("防洪标准（年）", "return_period_a"), ("淹没深度（m）", "depth_m"), ("威胁户数（户）", "threat_households"),
         ("威胁人数（人）", "threat_people"), ("威胁财产（万元）", "threat_assets"), ("转移安置点", "transfer_place"), *_PEOPLE, ("检查日期", "found_date"),
         ("风险等级", "risk_level"), *_LEDGER[2:]),
        notation="dms", level_words="roman", category_words={"flood": "洪涝灾害"}, dates="dots", total=True,
    ),
    Layout(
        LAND, "地质灾害隐患点", ("秦皇岛市2014年地质灾害隐患点登记表", "平面坐标：2000国家大地坐标系，高斯3度带，中央经线120°"), ("geological",),
        (("序号", "seq"), ("隐患点名称", "name"), ("灾害类型", "category"), *_PLACE, ("X（北）", "x_north"), ("Y（东）", "y_east"), ("坐标系", "datum"),
         ("规模等级", "scale_grade"), ("险情等级", "danger_grade"), ("体积（m³）", "volume_m3"), ("诱发因素", "trigger"), ("坡向（°）", "aspect_deg"),
         ("威胁对象", "threat_target"), ("威胁户数（户）", "threat_households"), ("威胁人数（人）", "threat_people"), ("威胁财产（万元）", "threat_assets"),
         ("发展趋势", "trend"), ("预案点级别", "plan_level"), ("监测方式", "monitor"), ("防灾责任人", "contact"), ("联系电话", "phone"), ("发现时间", "found_date"),
         ("风险等级", "risk_level"), ("防治措施", "measures"), ("备注", "remark")),
        datum="EPSG:4549", datum_word="国家2000", notation="metres", category_words={"geological": ""},
        groups=(("x_north", "y_east", "平面坐标"), ("threat_target", "threat_assets", "威胁情况")), dates="words",
    ),
    Layout(
        LAND, "地震风险", ("地震灾害风险点排查表",), ("earthquake",),
        (("序号", "seq"), ("名称", "name"), ("灾种", "category"), ("小类", "sub_kind"), *_PLACE, ("经度（国家2000）", "lon"), ("纬度（国家2000）", "lat"),
         ("设防烈度", "fortification"), ("建成年代（年）", "built_year"), ("结构类型", "structure"), ("建筑面积（m²）", "floor_area_m2"), ("是否已加固", "retrofit"),
         ("威胁人数（人）", "threat_people"), *_PEOPLE, ("排查时间", "found_date"), ("可能性L", "ls_l"), ("严重性S", "ls_s"), ("风险等级", "risk_level")),
        notation="words", level_words="short", category_words={"earthquake": "地震灾害"},
    ),
    Layout(
        MARKET, "食品安全", ("食品安全风险隐患排查表", "经纬度取自高德地图"), ("food_safety",),
        (("序号", "seq"), ("风险点名称", "name"), ("类别", "category"), ("具体类型", "sub_kind"), *_PLACE, ("经度(高德)", "lon"), ("纬度(高德)", "lat"),
         ("场所名称", "unit"), ("负责人", "contact"), ("手机", "phone"), ("食品经营许可证号", "licence"), ("主营食品", "food_category"),
         ("食品安全风险等级", "risk_class"), ("供餐人数（人）", "diners"), ("抽检不合格批次", "failed_samples"), ("最近检查日期", "last_inspection"),
         ("检查时间", "found_date"), ("风险等级", "risk_level"), ("整改措施", "measures"), ("整改期限", "deadline"), ("复查人", "acceptor")),
        datum="gcj02", level_words="short", dates="packed",
    ),
    Layout(
        MARKET, "动物疫情", ("重大动物疫情风险排查表", "经纬度取自高德地图"), ("animal_epidemic",),
        (("序号", "seq"), ("风险点名称", "name"), ("类别", "category"), ("小类", "sub_kind"), *_PLACE, ("经度(高德)", "lon"), ("纬度(高德)", "lat"),
         *_PEOPLE, ("畜禽种类", "species"), ("存栏数", "head_count"), ("易发疫病", "disease"), ("免疫率（%）", "immunity_pct"),
         ("防疫合格证", "has_certificate"), ("最近发病日期", "outbreak_on"), ("责任兽医", "vet"), ("排查日期", "found_date"),
         ("L", "lec_l"), ("E", "lec_e"), ("C", "lec_c"), ("风险等级", "risk_level"), ("备注", "remark")),
        datum="gcj02", category_words={"animal_epidemic": "动物疫病"},
    ),
    Layout(
        WEATHER, "", (), ("meteorological",),
        (("序号", "seq"), ("名称", "name"), ("灾害类型", "category"), ("县区", "county"), ("乡镇", "township"), ("地点", "address"), ("经度", "lon"), ("纬度", "lat"),
         ("坐标系", "datum"), ("易发时段", "season"), ("发生频次（次/年）", "frequency_a"), ("易损对象", "exposed"), ("威胁人数（人）", "threat_people"),
         ("责任单位", "unit"), ("联系电话", "phone"), ("登记日期", "found_date"), ("风险等级", "risk_level")),
        datum="wgs84", datum_word="GPS", level_words="colour", dates="iso",
    ),
)  # fmt: skip
