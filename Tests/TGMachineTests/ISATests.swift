import TGMachine
import Testing

@Suite struct ISATests {
  @Test func scalarIsAlwaysThereAndBestIsAvailable() {
    let available = ISA.available()
    #expect(available.first == .scalar)
    #expect(available.contains(ISA.best()))
  }
}
