import TGPlan
import TGSession
import TGTensor
import Testing

/// Numbers compared with the range that a plan states.
@Suite struct OvershootTests {
  private func picture(_ low: Float, _ high: Float) -> InterfaceItem {
    InterfaceItem(
      name: "image", kind: .image(low: low, high: high, fit: "", filter: ""),
      view: View(slot: 0, shape: [1, 1, 2, 2]))
  }

  @Test(
    arguments: [
      (-1, 1, [0, 255], "numbers of 0 ... 255 come into the range by x / 127.5 - 1"),
      (0, 1, [0, 300], "bring the numbers into the range before they are given"),
      (0, 1, [-1, 1], "numbers of -1 ... 1 come into the range by x / 2 + 0.5"),
      (0, 1, [0, 255], "numbers of 0 ... 255 come into the range by x / 255"),
      (0, 255, [-1, 1], "numbers of -1 ... 1 come into the range by x * 127.5 + 127.5"),
      (-1, 1, [-1, 1.01], "bring the numbers into the range before they are given"),
    ] as [(Float, Float, [Float], String)])
  func whatLeavesTheRangeIsTold(low: Float, high: Float, values: [Float], hint: String) throws {
    let overshoot = try #require(Overshoot(of: values, for: picture(low, high)))
    #expect(overshoot.hint == hint)
    #expect(overshoot.found == values[0]...values[1])
    #expect(overshoot.message.hasPrefix("image: values from "))
  }

  @Test(
    arguments: [
      (-1, 1, [-1, 1]), (0, 1, [0, 0.2]), (0, 255, [0, 1]), (-1, 1, [-1.0019, 1.0019]),
      (0, 1, [-0.0009, 1.0009]), (0, 1, []),
    ] as [(Float, Float, [Float])])
  func legalNumbersAreNot(low: Float, high: Float, values: [Float]) {
    #expect(Overshoot(of: values, for: picture(low, high)) == nil)
  }

  @Test func whereNoRangeIsStatedNoneIsLeft() {
    for kind in [.normal, .latent, .tensor, .label(count: 3)] as [InterfaceItem.Kind] {
      let item = InterfaceItem(name: "x", kind: kind, view: View(slot: 0, shape: [1, 2]))
      #expect(Overshoot(of: [-1e9, 1e9], for: item) == nil)
    }
  }
}
