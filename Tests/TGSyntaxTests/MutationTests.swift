import TGDiagnostics
import TGSyntax
import TGTestSupport
import Testing

/// No damage to a text traps; what is left of it is formatted and elaborated, or reported.
@Suite struct MutationTests {
  /// 10,000 mutations, half of bytes and half of whole tokens, in a process of its own.
  @Test func parserSurvives() async {
    await #expect(processExitsWith: .success) {
      let seed: UInt64 = 0x5EED
      print("seed \(seed)")
      var numbers = SeededNumbers(seed: seed)
      var read = 0
      for round in 0..<10_000 {
        let bytes = round % 2 == 0 ? damaged(base, &numbers) : shuffled(base, &numbers)
        let source = SourceFile(name: "mutant", bytes: bytes)
        let parsed = parse(source, file: 0)
        if Lexer.lex(source, file: 0).diagnostics.isEmpty { read += 1 }
        if parsed.diagnostics.isEmpty {
          let once = try Formatter.format(source)
          let twice = try Formatter.format(SourceFile(name: "once", text: once))
          precondition(once == twice, "formatting twice, round \(round)")
        } else {
          var sources = SourceTable()
          _ = sources.add(source)
          let renderer = TextRenderer(sources: sources)
          precondition(parsed.diagnostics.allSatisfy { !renderer.render($0).isEmpty })
        }
      }
      print("\(read) of 10000 got past the lexer")
      precondition(read >= 2_000, "too few mutants get past the lexer")
    }
  }

  /// 1,000 mutations of tokens, elaborated where they parse.
  @Test func elaboratorSurvives() async {
    await #expect(processExitsWith: .success) {
      let seed: UInt64 = 0xE1AB
      print("seed \(seed)")
      var numbers = SeededNumbers(seed: seed)
      var read = 0
      for _ in 0..<1_000 {
        let bytes = shuffled(base, &numbers)
        guard parse(SourceFile(name: "mutant", bytes: bytes), file: 0).diagnostics.isEmpty else {
          continue
        }
        read += 1
        let found = findings(String(decoding: bytes, as: UTF8.self))
        var sources = SourceTable()
        _ = sources.add(SourceFile(name: "mutant", bytes: bytes))
        let renderer = TextRenderer(sources: sources)
        precondition(found.allSatisfy { !renderer.render($0).isEmpty })
      }
      print("\(read) of 1000 parsed")
      precondition(read >= 200, "too few mutants parse")
    }
  }

  /// Calls within brackets within calls: deep, but not as deep as the stack.
  @Test func boundsDepthOverCalls() {
    let open = String(repeating: "(", count: 40)
    let close = String(repeating: ")", count: 40)
    let functions = (0..<40).map { "func f\($0)(x) { return \(open)f\($0 + 1)(x)\(close) }" }
    let text = """
      \(functions.joined(separator: "\n"))
      func f40(x) { return x }
      model M() { func f(x: Tensor[2]) -> Tensor[2] { return f0(x) } }
      """
    #expect(findings(text).map(\.id) == ["recursion"])
  }

  /// Blocks that each use the next one twice would run for ever.
  @Test func boundsWork() {
    let blocks = (0..<40).map { "block B\($0)(x) { return B\($0 + 1)(x) + B\($0 + 1)(x) }" }
    let text = """
      \(blocks.joined(separator: "\n"))
      block B40(x) { return x }
      model M() { func f(x: Tensor[2]) -> Tensor[2] { return B0(x) } }
      """
    let clock = ContinuousClock()
    let time = clock.measure { #expect(findings(text).map(\.id) == ["limit"]) }
    #expect(time < .seconds(60), "a few seconds are the aim; this bound is for busy machines")
  }
}

private let base = Array(
  """
  import TextEncoder from "../text/damsm.tgraph"
  let sizes = [[4, 8], [8, 16]]
  /// Doc.
  block Up(x, out: Int, kernel: [Int] = [3, 3]) {
    return x |> upsample(2) |> conv(2 * out, kernel: kernel, bias: none) @ "1.{out}" |> batchNorm @ "2" |> glu
  }
  block Scaled(x, out: Int) {
    let k = parameter("weight", [3, 3, x.channels, out]) * (sqrt(2) / 3) |> pad([1, 1, 0, 0])
    return convTranspose(x, weight: permute(k[1 ..< 5, 0 ..< 4], [2, 3, 0, 1]), stride: 2, padding: 1)
  }
  model M(n: Int = 4, deep: Bool = true) {
    require n > 1 && n < 100, "n is {n}"
    ignore "a.*"
    optional "b.*" = 0.5
    part text = TextEncoder(entries: 10, length: 4, nef: 8)
    let widths = [2 * w for w in sizes[0]] + [n]
    func shared(x) { return x |> linear(3) @ "s" }
    if deep {
      func run(image: Image[3, 8, 8](-1 ... 1), caption: Text[4](), z: Normal[n], label: Label[5])
          -> (image: Image[3, 16, 16](-1 ... 1), v: Tensor[3]) {
        let (words, sentence) = text.encode(caption)
        var x = image |> Up(widths[0] / 2) @ "up"
        for i in 0 ... 1 { x = x + 0.5 * (x |> conv(x.channels, kernel: 3) @ "c{i}" |> leakyRelu(0.2)) }
        let maps = softmax(matmul(transpose(words), reshape(words, [8, 4])), axis: 1, where: caption.mask)
        let e = embedding(label, 5, n) @ "e"
        let v = shared(concat([sentence, z, e])) + shared(concat([sentence, e, z])) * mean(maps)
        let y = if n > 3 { x |> avgPool(2) |> Scaled(4) @ "d" } else { x }
        return (image: y |> conv(3, kernel: 3) @ "out" |> tanh, v: v)
      }
    } else {
      func run(x: Tensor[n]) -> (v: Tensor[3]) { return shared(x) }
    }
    objective o(target: Tensor[3]) -> (w: Latent[3]) {
      sample s: Normal[3]
      var w = s
      repeat 10 { t in
        minimize mse(shared(w), target) + t over w using adam(rate: 0.1 * (1 - t))
      }
      return (w: w)
    }
  }
  """.utf8)

/// A few bytes removed, inserted, replaced or exchanged.
private func damaged(_ text: [UInt8], _ numbers: inout SeededNumbers) -> [UInt8] {
  let alphabet = Array("(){}[]\"\\,:.@=!<>+-*/|&a1 \n{}\u{80}é".utf8)
  var bytes = text
  for _ in 0..<Int.random(in: 1...6, using: &numbers) {
    let position = Int.random(in: 0..<bytes.count, using: &numbers)
    switch Int.random(in: 0..<4, using: &numbers) {
    case 0: bytes.remove(at: position)
    case 1: bytes.insert(alphabet.randomElement(using: &numbers) ?? 0, at: position)
    case 2: bytes[position] = alphabet.randomElement(using: &numbers) ?? 0
    default: bytes.swapAt(position, Int.random(in: 0..<bytes.count, using: &numbers))
    }
  }
  return bytes
}

/// One or two tokens replaced by others of the same kind, exchanged, or left out.
private func shuffled(_ text: [UInt8], _ numbers: inout SeededNumbers) -> [UInt8] {
  let source = SourceFile(name: "base", bytes: text)
  let tokens = Lexer.lex(source, file: 0).tokens.dropLast()
  var pieces = tokens.map { Array(text[Int($0.start)..<Int($0.end)]) }
  let wild = [
    "0", "-1", "9223372036854775807", "65536", "2147483647", "1e38", "0.5", "none", "true",
    "\"*\"", "[]", "x", "image", "caption",
  ].map { Array($0.utf8) }
  for _ in 0..<Int.random(in: 1...2, using: &numbers) {
    let place = Int.random(in: 0..<pieces.count, using: &numbers)
    let same = tokens.indices.filter { tokens[$0].kind == tokens[place].kind }
    switch Int.random(in: 0..<8, using: &numbers) {
    case 0: pieces[place] = []
    case 1...3 where tokens[place].kind == .integer || tokens[place].kind == .name:
      pieces[place] = wild.randomElement(using: &numbers) ?? []
    default: pieces[place] = pieces[same.randomElement(using: &numbers) ?? place]
    }
  }
  var result: [UInt8] = []
  for (token, piece) in zip(tokens, pieces) {
    result += (token.startsLine ? [0x0A] : [0x20]) + piece
  }
  return result
}
