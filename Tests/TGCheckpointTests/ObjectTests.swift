import TGCheckpoint
import TGTensor
import Testing

/// Modules of torch and networks of NVIDIA's programs: what is read of them and what is not.
@Suite struct ObjectTests {
  @Test func moduleThatNVIDIAPickled() throws {
    let checkpoint = try read(Self.module)
    #expect(checkpoint.entries.map(\.name) == ["G_ema.fc0.weight"])
    #expect(try checkpoint["G_ema.fc0.weight"]?.tensor().elements == [1, -2])
    #expect(unread(checkpoint) == ["G_ema._init_kwargs.img_resolution": "the number 8"])
  }

  @Test func networkThatNVIDIAPickled() throws {
    let checkpoint = try read(Self.network)
    #expect(checkpoint.entries.map(\.name) == ["lod", "mapping/Dense0/weight"])
    #expect(try checkpoint["lod"]?.tensor().elements == [0.5])
    #expect(try checkpoint["mapping/Dense0/weight"]?.tensor().elements == [1, -2])
    #expect(unread(checkpoint) == ["static_kwargs.resolution": "the number 8"])
  }

  /// A pickle of protocol 0 of one object with attributes.
  private func object(_ attributes: String, module: String = "my.app\nNet") -> [UInt8] {
    Array("c\(module)\n(tR(d\(attributes)b.".utf8)
  }

  @Test func moduleIsWhatHasParametersWhateverItsClass() throws {
    let own = "V_parameters\n(dVw\nF0.5\nsVb\nNss"
    let checkpoint = try read(object(own + "Vrate\nF0.25\ns"))
    #expect(checkpoint.entries.map(\.name) == ["w"])
    #expect(checkpoint.skipped.isEmpty)
    // Without parameters it is a closed value.
    #expect(refusal(of: object("Vw\nF0.5\ns")) == .wholeObject("my.app.Net"))
  }

  @Test func bufferThatIsNotSavedIsListed() throws {
    let checkpoint = try read(
      object(
        "V_parameters\n(dsV_non_persistent_buffers_set\nc__builtin__\nset\n((lVgrid\natRs"
          + "V_buffers\n(dVgrid\nF1\nsVmean\nF2\nss"))
    #expect(checkpoint.entries.map(\.name) == ["mean"])
    #expect(unread(checkpoint) == ["grid": "the number 1.0"])
  }

  @Test func argumentsOfInnerModulesAreNotListed() throws {
    let inner = "cmy.app\nPart\n(tR(dV_parameters\n(dsV_init_kwargs\n(dVk\nI1\nssb"
    let checkpoint = try read(
      object(
        "V_parameters\n(dsV_init_kwargs\n(dVn\nI2\nssV_modules\n(dVpart\n\(inner)ss"))
    #expect(checkpoint.entries.isEmpty)
    #expect(unread(checkpoint) == ["_init_kwargs.n": "the number 2"])
  }

  @Test func networkWithoutNamesIsRefusedByItsClass() {
    let theano = "Vbuild_func_spec\n(dsVparam_values\n(ls"
    #expect(refusal(of: object(theano)) == .nameless("my.app.Net"))
    let nameless = "Vstatic_kwargs\n(dsVvariables\n(l(I1\nI2\ntas"
    #expect(refusal(of: object(nameless)) == .nameless("my.app.Net"))
  }

  @Test func moduleInItselfIsRefused() {
    let cycle =
      "cmy.app\nNet\n(tRp1\n(dV_parameters\n(dsV_modules\n(dVinner\ng1\nssb."
    #expect(refusal(of: Array(cycle.utf8)) == .tooMuch(.depth(limit: 64)))
  }

  @Test func whatDillWritesOfClassesIsRefusedOnlyWhereItWouldRunText() {
    #expect(
      refusal(of: Array("cdill._dill\n_eval_repr\n.".utf8))
        == .pickle(offset: 0, .refused("dill._dill._eval_repr")))
    #expect(
      refusal(of: Array("cdill\nloads\n.".utf8))
        == .pickle(offset: 0, .refused("dill.loads")))
  }

  private func unread(_ checkpoint: Checkpoint) -> [String: String] {
    Dictionary(checkpoint.skipped.map { ($0.name, $0.kind) }, uniquingKeysWith: { $1 })
  }

  private func read(_ bytes: [UInt8]) throws -> Checkpoint {
    try Checkpoint.read(ByteRegion(bytes), path: "file")
  }

  private func read(_ hexadecimal: String) throws -> Checkpoint {
    let digits = Array(hexadecimal.utf8)
    return try read(
      stride(from: 0, to: digits.count, by: 2).map {
        try #require(UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16))
      })
  }

  /// `{G_ema: G{fc0: F{weight: [[1, -2]]}, _init_kwargs {img_resolution: 8}}}`, written by the class
  /// decorator of StyleGAN2-ADA and torch.
  private static let module =
    "80037d5805000000475f656d6163746f7263685f7574696c732e70657273697374656e63650a5f7265636f6e"
    + "7374727563745f70657273697374656e745f6f626a0a71007d2858040000007479706571015805000000636c"
    + "6173737102580700000076657273696f6e71034b06580a0000006d6f64756c655f7372637104580000000071"
    + "05580a000000636c6173735f6e616d6571065801000000475805000000737461746571077d28580b0000005f"
    + "706172616d657465727371087d58080000005f6275666665727371097d58080000005f6d6f64756c6573710a"
    + "7d580300000066633068007d286801680268034b0668046805680658010000004668077d2868087d58060000"
    + "0077656967687463746f7263682e5f7574696c730a5f72656275696c645f706172616d657465720a63746f72"
    + "63682e5f7574696c730a5f72656275696c645f74656e736f725f76320a2863746f7263682e73746f72616765"
    + "0a5f6c6f61645f66726f6d5f62797465730a43e980028a0a6cfc9c46f9206aa850192e80024de9032e80027d"
    + "710028581000000070726f746f636f6c5f76657273696f6e71014de903580d0000006c6974746c655f656e64"
    + "69616e710288580a000000747970655f73697a657371037d710428580500000073686f727471054b02580300"
    + "0000696e7471064b0458040000006c6f6e6771074b0475752e800228580700000073746f7261676571006374"
    + "6f7263680a466c6f617453746f726167650a71015801000000307102580300000063707571034b024e747104"
    + "512e80025d71005801000000307101612e02000000000000000000803f000000c085524b004b014b02864b02"
    + "4b01868963636f6c6c656374696f6e730a4f726465726564446963740a710b2952745289680b295287527368"
    + "097d680a7d7575855273580a0000005f696e69745f6172677329580c0000005f696e69745f6b77617267737d"
    + "580e000000696d675f7265736f6c7574696f6e4b087375758552732e"

  /// `G{lod 0.5, components {mapping: {Dense0/weight [[1, -2]]}}, static_kwargs {resolution: 8}}`.
  private static let network =
    "800495b9010000000000008c14646e6e6c69622e74666c69622e6e6574776f726b948c074e6574776f726b94"
    + "93942981947d94288c0776657273696f6e944b048c046e616d65948c0147948c0d7374617469635f6b776172"
    + "6773947d948c0a7265736f6c7574696f6e944b08738c0a636f6d706f6e656e7473947d948c076d617070696e"
    + "679468022981947d942868054b0468068c09475f6d617070696e679468087d94680a4b0873680b7d948c1062"
    + "75696c645f6d6f64756c655f737263948c04783d310a948c0f6275696c645f66756e635f6e616d65948c0166"
    + "948c097661726961626c6573945d948c0d44656e7365302f776569676874948c156e756d70792e636f72652e"
    + "6d756c74696172726179948c0c5f7265636f6e7374727563749493948c056e756d7079948c076e6461727261"
    + "799493944b0085944301629487945294284b014b014b028694681d8c0564747970659493948c026634948988"
    + "87945294284b038c013c944e4e4e4affffffff4affffffff4b007494628943080000803f000000c094749462"
    + "869461756273681368146815681668175d948c036c6f6494681a8c067363616c617294939468294304000000"
    + "3f948694529486946175622e"
}
