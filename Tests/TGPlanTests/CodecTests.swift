import TGPlan
import TGTensor
import Testing

@Suite struct CodecTests {
  @Test func anyPlanSurvivesTheCodec() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed \(seed)")
    var arbitrary = ArbitraryPlan(seed: seed)
    for _ in 0..<500 {
      let plan = arbitrary.plan()
      let encoder = PlanEncoder(plan)
      let decoded = try PlanDecoder.decode(
        message: encoder.bytes, texts: encoder.texts, memory: 64 << 20)
      #expect(decoded == plan)
      #expect(PlanEncoder(decoded).bytes == encoder.bytes)
    }
  }
}
