/// Letters without their accents, as BERT's uncased tokenizer wants them.
///
/// Made by `Tools/fixtures/accents.py` from the Unicode data. Marks that stand as characters of their
/// own are dropped by the caller.
struct AccentTable {
  private let bases: [Unicode.Scalar: Unicode.Scalar]

  /// Makes the table.
  init() {
    var bases: [Unicode.Scalar: Unicode.Scalar] = [:]
    for line in Self.groups.split(separator: "\n") {
      let scalars = line.unicodeScalars
      guard let base = scalars.first else { continue }
      for letter in scalars.dropFirst(2) { bases[letter] = base }
    }
    self.bases = bases
  }

  /// The letter without its accents; itself if it has none.
  func base(of letter: Unicode.Scalar) -> Unicode.Scalar { bases[letter] ?? letter }

  /// In each line a letter, a space, and the letters that it becomes with accents.
  private static let groups = """
    a àáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ
    b ḃḅḇ
    c çćĉċčḉ
    d ďḋḍḏḑḓ
    e èéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ
    f ḟ
    g ĝğġģǧǵḡ
    h ĥȟḣḥḧḩḫẖ
    i ìíîïĩīĭįǐȉȋḭḯỉị
    j ĵǰ
    k ķǩḱḳḵ
    l ĺļľḷḹḻḽ
    m ḿṁṃ
    n ñńņňǹṅṇṉṋ
    o òóôõöōŏőơǒǫǭȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợ
    p ṕṗ
    r ŕŗřȑȓṙṛṝṟ
    s śŝşšșṡṣṥṧṩ
    t ţťțṫṭṯṱẗ
    u ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự
    v ṽṿ
    w ŵẁẃẅẇẉẘ
    x ẋẍ
    y ýÿŷȳẏẙỳỵỷỹ
    z źżžẑẓẕ
    ¨ ΅῁῭΅
    ´ ´
    · ·
    æ ǣǽ
    ø ǿ
    ſ ẛ
    ʒ ǯ
    ʹ ʹ
    α άἀἁἂἃἄἅἆἇὰάᾀᾁᾂᾃᾄᾅᾆᾇᾰᾱᾲᾳᾴᾶᾷ
    ε έἐἑἒἓἔἕὲέ
    η ήἠἡἢἣἤἥἦἧὴήᾐᾑᾒᾓᾔᾕᾖᾗῂῃῄῆῇ
    ι ΐίϊἰἱἲἳἴἵἶἷὶίιῐῑῒΐῖῗ
    ο όὀὁὂὃὄὅὸό
    ρ ῤῥ
    υ ΰϋύὐὑὒὓὔὕὖὗὺύῠῡῢΰῦῧ
    ω ώὠὡὢὣὤὥὦὧὼώᾠᾡᾢᾣᾤᾥᾦᾧῲῳῴῶῷ
    ϒ ϓϔ
    а ӑӓ
    г ѓ
    е ѐёӗ
    ж ӂӝ
    з ӟ
    и йѝӣӥ
    к ќ
    о ӧ
    у ўӯӱӳ
    ч ӵ
    ы ӹ
    э ӭ
    і ї
    ѵ ѷ
    ә ӛ
    ө ӫ
    א אַאָאּ
    ב בּבֿ
    ג גּ
    ד דּ
    ה הּ
    ו וּוֹ
    ז זּ
    ט טּ
    י יִיּ
    ך ךּ
    כ כּכֿ
    ל לּ
    מ מּ
    נ נּ
    ס סּ
    ף ףּ
    פ פּפֿ
    צ צּ
    ק קּ
    ר רּ
    ש שׁשׂשּׁשּׂשּ
    ת תּ
    ײ ײַ
    ا آأإ
    و ؤ
    ي ئ
    ہ ۂ
    ے ۓ
    ە ۀ
    ᾿ ῍῎῏
    ῾ ῝῞῟
    う ゔ
    か が
    き ぎ
    く ぐ
    け げ
    こ ご
    さ ざ
    し じ
    す ず
    せ ぜ
    そ ぞ
    た だ
    ち ぢ
    つ づ
    て で
    と ど
    は ばぱ
    ひ びぴ
    ふ ぶぷ
    へ べぺ
    ほ ぼぽ
    ゝ ゞ
    ウ ヴ
    カ ガ
    キ ギ
    ク グ
    ケ ゲ
    コ ゴ
    サ ザ
    シ ジ
    ス ズ
    セ ゼ
    ソ ゾ
    タ ダ
    チ ヂ
    ツ ヅ
    テ デ
    ト ド
    ハ バパ
    ヒ ビピ
    フ ブプ
    ヘ ベペ
    ホ ボポ
    ワ ヷ
    ヰ ヸ
    ヱ ヹ
    ヲ ヺ
    ヽ ヾ
    """
}
