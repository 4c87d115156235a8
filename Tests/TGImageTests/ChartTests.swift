import TGImage
import Testing

@Suite struct ChartTests {
  @Test func drawingsHaveEqualBytesAndNoEmptyNumbers() {
    let chart = Chart(
      title: "a < b & c", axis: "amount", positions: [-1, 0, 1],
      curves: [.init(values: [0, .nan, 2]), .init(name: "x & y", values: [1, 2, 3])])
    #expect(chart.svg == chart.svg)
    #expect(chart.svg.contains("a &lt; b &amp; c") && chart.svg.contains("x &amp; y"))
    #expect(!chart.svg.contains("nan"))
    #expect(chart.svg.contains("points=\"70.0,330.0 560.0,130.0\""))
    #expect(chart.svg.contains("points=\"70.0,230.0 315.0,130.0 560.0,30.0\""))
    for positions in [[], [2.0]] {
      let flat = Chart(title: "", axis: "", positions: positions, curves: [.init(values: [1])])
      #expect(!flat.svg.contains("nan") && !flat.svg.contains("inf"))
    }
  }

  @Test func heightsAreValuesWithZeroOrLogarithms() {
    var chart = Chart(
      title: "", axis: "", positions: [1, 3],
      curves: [.init(name: "x", values: [0, 0.5]), .init(name: "y", values: [-0.5, 0])])
    chart.heights = .valuesAndZero
    #expect(chart.svg.contains("points=\"70.0,180.0 560.0,30.0\""))
    #expect(chart.svg.contains("points=\"70.0,330.0 560.0,180.0\""))
    chart.curves = [
      .init(name: "x", values: [100, 1]), .init(name: "y", values: [1e-9, 0]),
      .init(name: "z", values: [10, -1]),
    ]
    chart.heights = .logarithms
    chart.marks = [2]
    // From 0.01, a hundredth of the least of the first; what is not positive has no height.
    #expect(chart.svg.contains("points=\"70.0,30.0 560.0,180.0\""))
    #expect(chart.svg.contains("points=\"70.0,330.0\""))
    #expect(chart.svg.contains("points=\"70.0,105.0\""))
    #expect(chart.svg.contains("<line x1=\"315.0\" x2=\"315.0\""))
  }

  @Test func manyPositionsHaveTwoLabels() {
    let chart = Chart(
      title: "", axis: "", positions: (1...5000).map { Double($0) },
      curves: [.init(name: "x", values: (1...5000).map { Double($0) / 7 })])
    #expect(chart.svg.split(separator: "y=\"344\"").count == 3)
    #expect(chart.svg.split(separator: ",").count < 1300)
  }
}
