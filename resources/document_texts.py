"""The words of the office's documents (DOMAIN §6.3), from which `build_templates` makes Word templates.

A line is a paragraph; ``>`` in front leaves out the indent; ``@number`` and ``@sign`` are 文号 and 落款; the name
of a table stands for it.
"""

from __future__ import annotations

# Heads, text of each cell, width in centimetres; and what the rows go through.
TABLES = {
    "@items": (
        (
            ("序号", "{{ i.at }}", 1.2), ("存在的问题", "{{ i.problem }}", 4.2), ("依据", "{{ i.basis }}", 4.6),
            ("整改措施", "{{ i.measures }}", 3.6), ("整改期限", "{{ i.deadline }}", 2.2),
        ),
        "items",
    ),
    "@done": (
        (
            ("序号", "{{ i.at }}", 1.2), ("存在的问题", "{{ i.problem }}", 4.6), ("整改措施", "{{ i.measures }}", 3.4),
            ("整改情况", "{{ i.progress }}", 4.2), ("完成时间", "{{ i.done_on }}", 2.4),
        ),
        "items",
    ),
    "@five": (
        (
            ("序号", "{{ i.at }}", 1.2), ("责任人", "{{ i.owner }}", 2.2), ("措施", "{{ i.measures }}", 4.2),
            ("资金（万元）", "{{ i.funds }} {{ i.fund_source }}", 2.6), ("时限", "{{ i.deadline }}", 2.4),
            ("预案、防范措施", "{{ i.contingency }}", 3.2),
        ),
        "items",
    ),
    "@officers": (
        (
            ("执法人员", "{{ officer }}", 4.0), ("证号", "{{ officer_no }}", 3.9),
            ("执法人员", "{{ officer2 }}", 4.0), ("证号", "{{ officer2_no }}", 3.9),
        ),
        "",
    ),
    "@receipt": (
        (("签收人（签名）", " ", 5.2), ("签收日期", " ", 5.2), ("联系电话", " ", 5.4)),
        "",
    ),
    "@request": (
        (
            ("申请单位（盖章）", "{{ unit }}", 5.2), ("验收人", "{{ acceptor }}", 3.4),
            ("验收时间", "{{ accepted_on }}", 3.6), ("审核意见", " ", 3.6),
        ),
        "",
    ),
}  # fmt: skip
NOTE = "{% if note %}{{ note }}{% endif %}"
LAW = "依据：{{ law }}。"
COPIES = ">本文书一式两份：一份由 {{ office }} 存档，一份交 {{ unit }}。"
CONTACT = ">联系人：{{ contact }}　　联系电话：{{ contact_phone }}"
INSPECTED = ">被检查单位负责人（签名）：＿＿＿＿＿＿　　日期：＿＿＿＿＿＿"
DOCUMENTS = {
    "record": (
        "@number",
        ">被检查单位：{{ unit }}", ">检查场所：{{ place }}（{{ name }}，{{ code }}）", ">检查时间：{{ found_on }}",
        "我们是 {{ office }} 的行政执法人员，依法对你单位进行现场检查，并已出示执法证件。检查情况如下：",
        "@items", NOTE, LAW, ">检查人员：", "@officers", INSPECTED, "@sign",
    ),
    "inform": (
        "@number", ">{{ unit }}：",
        "经排查，{{ place }} 的 {{ name }}（{{ code }}，{{ type }}，风险等级：{{ level }}）存在下列隐患，现告知你单位：",
        "@items",
        "请你单位立即采取防范措施，设置警示标志，制定应急预案，并告知受威胁的人员避险的路线和办法；发现险情立即撤离并报告。",
        NOTE, LAW, CONTACT, "@sign", "@receipt",
    ),
    "rectify": (
        "@number", ">{{ unit }}：", "经查，你单位（{{ name }}，{{ place }}）存在下列 {{ count }} 项问题：", "@items",
        "现责令你单位对上述问题于规定期限（最晚 {{ deadline }}）前整改完毕，达到有关法律、法规、规章和标准规定的要求。由此造成事故的，依法追究有关人员的责任。",
        "整改期间，你单位应当采取措施，确保安全生产。", NOTE, LAW, "{{ remedy }}", ">执法人员：", "@officers", INSPECTED,
        "@sign", COPIES,
    ),
    "review": (
        "@number", ">{{ unit }}：",
        "{{ office }} 对你单位 {{ name }} 下列问题的整改情况进行了复查，提出如下意见：", "@done",
        "复查结论：{{ verdict }}。复查意见：{{ opinion }}。", NOTE, LAW, ">复查人：{{ acceptor }}　　复查时间：{{ accepted_on }}",
        ">执法人员：", "@officers", INSPECTED, "@sign", COPIES,
    ),
    "on_site": (
        "@number", ">{{ unit }}：", "{{ office }} 现场检查 {{ place }} 的 {{ name }} 时，发现你单位有下列违法违规行为和事故隐患：", "@items",
        "以上存在的问题无法保证安全生产，现作出以下现场处理决定：",
        "{% if note %}{{ note }}{% else %}从危险区域内撤出作业人员，暂时停产停业、停止使用相关设施设备，隐患排除并经审查同意后，方可恢复。{% endif %}",
        LAW, "{{ remedy }}", ">执法人员：", "@officers", INSPECTED, "@sign", COPIES,
    ),
    "supervise": (
        "@number", ">{{ unit }}：",
        "你单位位于 {{ place }} 的 {{ name }}（{{ code }}）存在重大事故隐患，决定予以{{ supervision }}挂牌督办。", "@items", "@five",
        "请落实责任、措施、资金、时限和预案，于 {{ deadline }} 前完成治理；治理期间按月报送进展，完成后书面申请验收，经验收合格方可解除督办。",
        NOTE, LAW, ">监管部门：{{ regulator }}", CONTACT, "@sign", "@receipt",
    ),
    "supervise_letter": (
        "@number", ">{{ unit }}：", "{{ name }}（{{ place }}）的下列隐患由你单位负责整改，现予督办：", "@items",
        "请于 {{ deadline }} 前完成整改，并将整改情况书面报 {{ office }}。", NOTE, LAW, CONTACT, "@sign",
    ),
    "notice": (
        "@number", ">{{ unit }}：", "经排查，{{ place }} 的 {{ name }} 存在下列 {{ count }} 项隐患：", "@items",
        "请你单位落实责任人和整改措施，于 {{ deadline }} 前整改完毕，并将整改报告报 {{ office }}；整改期间采取防范措施，防止发生事故。",
        NOTE, LAW, CONTACT, "@sign", "@receipt",
    ),
    "forest_notice": (
        "@number", ">{{ unit }}：", "经检查，{{ place }} 的 {{ name }} 存在下列森林火灾隐患：", "@items",
        "请于 {{ deadline }} 前消除隐患；逾期不消除的，将依照《森林防火条例》处理。整改期间严格管控火源，落实看护人员。",
        NOTE, LAW, CONTACT, "@sign", "@receipt",
    ),
    "report": (
        ">{{ office }}：", "现将 {{ place }} 的 {{ name }}（{{ code }}）的整改情况报告如下：", "@done", NOTE, LAW,
        ">整改责任人：{{ owner }}　　联系电话：{{ phone }}", ">报告单位（盖章）：{{ unit }}", ">{{ day }}",
    ),
    "acceptance": (
        ">责任单位：{{ unit }}", ">隐患：{{ name }}（{{ code }}，{{ place }}）", "@done",
        "验收结论：{{ verdict }}。", "验收意见：{{ opinion }}。", NOTE, LAW,
        ">验收人：{{ acceptor }}　　验收时间：{{ accepted_on }}", "@sign",
    ),
    "close": (
        ">{{ office }}：", "{{ place }} 的 {{ name }}（{{ code }}）已经整改完毕并验收合格，申请销号。", "@done", "@request", NOTE, LAW,
        ">申请日期：{{ day }}",
    ),
    "transfer": (
        "@number", ">{{ receiver }}：", "{{ office }} 在工作中发现，{{ unit }} 位于 {{ place }} 的 {{ name }} 存在下列隐患：", "@items",
        "因{{ reason }}，依照职责分工现移送你单位处理，请将处理结果函告 {{ office }}。", NOTE, LAW, CONTACT, "@sign",
    ),
    "talk": (
        "@number", ">{{ unit }}：", "因你单位 {{ name }} 的下列隐患整改问题，决定约谈你单位主要负责人：", "@items",
        "{% if note %}{{ note }}{% else %}约谈时间：＿＿＿＿＿＿　约谈地点：＿＿＿＿＿＿{% endif %}",
        "请携带隐患整改的有关资料准时参加。", LAW, CONTACT, "@sign", "@receipt",
    ),
    "extension": (
        "@number", ">{{ unit }}：", "你单位关于 {{ name }} 下列隐患整改延期的申请收悉。申请理由：{{ reason }}。", "@items",
        "经研究，{{ decision }}。整改时限为 {{ deadline }}，请在延期期间落实防范措施，按期完成整改。", NOTE, LAW,
        ">批准人：{{ approver }}", "@sign",
    ),
}  # fmt: skip
