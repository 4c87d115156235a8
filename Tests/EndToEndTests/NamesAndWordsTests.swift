import Foundation
import TGTestSupport
import Testing

/// Names of files as people have them, and what the commands say about words, tried on the commands
/// as a shell calls them.
@Suite struct NamesAndWordsTests {
  /// A folder with pages and words, and a shell that knows the commands.
  struct Fixture {
    let folder: TemporaryFolder
    private let shell = BuiltCommand(path: "/bin/bash")
    private let variables: [String: String]

    init() throws {
      folder = try TemporaryFolder()
      let built = "build the package first: swift build -c release"
      var variables: [String: String] = [:]
      for name in ["tgc", "tgrun", "tginvert", "tginspect", "tgdissect"] {
        variables[name] = try #require(BuiltCommand(name), "\(built)").path
      }
      self.variables = variables
      for (name, text) in Self.files { try Data(text.utf8).write(to: url(name)) }
    }

    func url(_ name: String) -> URL { folder.url.appendingPathComponent(name) }

    /// Runs a script; the commands are `$tgc` and so on.
    func run(_ script: String, input: String? = nil) throws -> BuiltCommand.Outcome {
      try shell.run(["-c", script], in: folder.url, input: input, environment: variables)
    }

    /// Runs a script that must succeed.
    @discardableResult func expect(
      _ script: String, input: String? = nil, says words: String = "",
      at location: SourceLocation = #_sourceLocation
    ) throws -> String {
      let outcome = try run(script, input: input)
      #expect(outcome.status == 0, "\(script): \(outcome.messages)", sourceLocation: location)
      #expect(
        words.isEmpty || (outcome.messages + outcome.text).contains(words),
        "\(script): \(outcome.messages)", sourceLocation: location)
      return outcome.text
    }

    /// Runs a script that must end with a status and say something.
    func expect(
      _ script: String, input: String? = nil, endsWith status: Int32, says words: String,
      at location: SourceLocation = #_sourceLocation
    ) throws {
      let outcome = try run(script, input: input)
      #expect(outcome.status == status, "\(script): \(outcome.messages)", sourceLocation: location)
      #expect(
        outcome.messages.contains(words), "\(script): \(outcome.messages)",
        sourceLocation: location)
    }

    private static let files = [
      ("words.txt", "red\nblue\nbird\n"),
      (
        "caption.tgraph",
        """
        model Look() {
          func look(caption: Text[4](vocabulary: "words")) -> (y: Tensor[4]) {
            return caption.ids
          }
        }

        """
      ),
      (
        "vectors.tgraph",
        """
        model Look() {
          func look(caption: Sequence[4, 2](vocabulary: "words")) -> (y: Tensor[4, 2]) {
            return caption.values * 1
          }
        }

        """
      ),
      (
        "picture.tgraph",
        """
        model Paint() {
          func paint(photo: Image[3, 4, 4](0 ... 1)) -> (image: Image[3, 4, 4](0 ... 1)) {
            return photo
          }
        }

        """
      ),
      (
        "plain.tgraph",
        """
        model Weigh() {
          func weigh(x: Tensor[2]) -> (y: Tensor[2]) { 
            return x * reshape(parameter("w", [1, 2]), [2])
          }
        }

        """
      ),
      (
        "decoder.tgraph",
        """
        model Decoder() {
          func decode(z: Latent[3]) -> (image: Image[3, 4, 4](0 ... 1)) {
            return z |> linear(48) @ "fc" |> sigmoid |> reshape([3, 4, 4])
          }
        }

        model Inversion() {
          part G = Decoder()
          objective invert(target: Image[3, 4, 4](0 ... 1))
              -> (z: Latent[3], image: Image[3, 4, 4](0 ... 1)) {
            sample random: Normal[3]
            var z = random
            repeat 2 { minimize mse(G.decode(z), target) over z using adam(rate: 0.1) }
            return (z: z, image: G.decode(z))
          }
        }

        """
      ),
    ]
  }

  // MARK: What wins

  @Test func aFileOfTheWholeNameWins() throws {
    let fixture = try Fixture()
    try fixture.expect(
      """
      cp words.txt v=1.txt && cp words.txt 'a#1.txt'
      "$tgc" caption.tgraph --vocabulary v=1.txt -o a.tplan -q
      "$tgrun" a.tplan bird --show-tokens -q
      """, says: "bird=3")
    try fixture.expect(#""$tgc" caption.tgraph --vocabulary words=v=1.txt -o a.tplan -q"#)
    try fixture.expect(#""$tgc" caption.tgraph --vocabulary 'a#1.txt' -o a.tplan -q"#)
    try fixture.expect(
      #""$tgc" caption.tgraph --vocabulary other=v=1.txt -o a.tplan -q"#, endsWith: 64,
      says: "no text input asks for a vocabulary `other`")
  }

  /// The array [3, 5] as an `.npz` in Lightning's manner of naming, and other names with signs.
  @Test func weightsWithSignsInTheirNames() throws {
    let fixture = try Fixture()
    let outcome = try fixture.run(
      """
      "$tgc" plain.tgraph --synthetic-weights 1 -o p.tplan -q
      "$tgrun" p.tplan --input x=1 --output y=w.npy -q
      """)
    #expect(outcome.status == 0, "\(outcome.messages)")
    // A zip with the stored member `w.npy` is what numpy.savez makes.
    let array = try Data(contentsOf: fixture.url("w.npy"))
    let archive = Data(Self.stored(member: "w.npy", bytes: Array(array.suffix(from: 0))))
    for name in ["epoch=5-step=100.ckpt", "a#1.npz", "b=c#d.npz"] {
      try archive.write(to: fixture.url(name))
      try fixture.expect(
        """
        "$tgc" plain.tgraph --weights '\(name)' -o q.tplan -q && \
        "$tgrun" q.tplan --input x=1 --output y=y.npy -q && cmp w.npy y.npy
        """)
    }
    try fixture.expect(
      #""$tgc" plain.tgraph --weights - -o q.tplan < b=c#d.npz && "$tginspect" q.tplan | grep -q ' -'"#
    )
    try fixture.expect(
      #""$tgc" plain.tgraph --weights 'a=b=c#d.npz' -o q.tplan"#, endsWith: 65,
      says: "no weight root `a`")
    try fixture.expect(
      """
      mv w.npy 'w=a=b.npy' && "$tgrun" p.tplan --input 'x=w=a=b.npy' --output 'y=o=1.npy' -q && \
      test -f 'o=1.npy'
      """)
  }

  /// A zip archive of one stored member.
  private static func stored(member: String, bytes: [UInt8]) -> [UInt8] {
    var sum: UInt32 = ~0
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum >> 1 ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    func word(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(value >> (8 * $0) & 255) } }
    func half(_ value: Int) -> [UInt8] { [UInt8(value & 255), UInt8(value >> 8)] }
    let size = word(UInt32(bytes.count))
    let about =
      half(20) + half(0) + half(0) + half(0) + half(33) + word(~sum) + size + size
      + half(member.utf8.count) + half(0)
    let local = [0x50, 0x4B, 3, 4] + about + Array(member.utf8) + bytes
    let entry =
      [0x50, 0x4B, 1, 2] + half(20) + about + half(0) + half(0) + half(0) + word(0) + word(0)
      + Array(member.utf8)
    return local + entry + [0x50, 0x4B, 5, 6] + half(0) + half(0) + half(1) + half(1)
      + word(UInt32(entry.count)) + word(UInt32(local.count)) + half(0)
  }

  // MARK: The standard input

  @Test func theStandardInputIsReadOnce() throws {
    let fixture = try Fixture()
    try fixture.expect(#""$tgc" caption.tgraph --vocabulary - -o a.tplan -q < words.txt"#)
    try fixture.expect(#""$tgc" caption.tgraph --vocabulary words=- -o a.tplan -q < words.txt"#)
    try fixture.expect(
      #""$tgc" - --vocabulary words.txt -o b.tplan -q < caption.tgraph"#
    )
    try fixture.expect(
      #"printf '1 2\nred 1 2\n' | "$tgc" vectors.tgraph --word-vectors - -o a.tplan -q"#)
    try fixture.expect(
      #"printf 'red 1 2 3\n' | "$tgc" vectors.tgraph --word-vectors - -o a.tplan"#, endsWith: 65,
      says: "[vector-width]")
    try fixture.expect(
      #""$tgc" - --vocabulary - -o a.tplan < caption.tgraph"#, endsWith: 64,
      says: "- stands for the page and --vocabulary")
    try fixture.expect(
      #""$tgc" caption.tgraph --vocabulary - --weights a=- -o a.tplan < words.txt"#, endsWith: 64,
      says: "the standard input is read once")
    try fixture.expect(
      #""$tgc" fmt - - < caption.tgraph"#, endsWith: 64, says: "- is given twice")
    try fixture.expect(
      #""$tgc" caption.tgraph --vocabulary - -o a.tplan < /dev/null"#, endsWith: 65,
      says: "standard input: not a vocabulary: the file is empty")
    try fixture.expect(
      #"cp words.txt ./- && "$tgc" caption.tgraph --vocabulary ./- -o a.tplan -q"#)
  }

  // MARK: Bytes

  @Test(arguments: ["\\xE9", "\\xFF\\xFE", "\\xC3", "\\xF4\\x8F\\xBB\\xA9"])
  func namesAreBytes(odd: String) throws {
    let fixture = try Fixture()
    // A page, words, a plan, a picture, outputs, a folder, a list of such names; then what is there.
    let name = "n=$'\(odd)'"
    try fixture.expect(
      """
      set -e; \(name)
      cp picture.tgraph "pag$n.tgraph"; cp caption.tgraph "c$n.tgraph"; cp words.txt "w$n.txt"
      "$tgc" "pag$n.tgraph" -q | cmp - <(printf '%s\n' "pag$n.tplan")
      "$tgc" "c$n.tgraph" --vocabulary "w$n.txt" -q && test -f "c$n.tplan"
      "$tgrun" "c$n.tplan" bird --output "y=y$n.npy" -q && test -f "y$n.npy"
      "$tgc" decoder.tgraph --model Decoder --synthetic-weights 1 -o d.tplan -q
      "$tgc" decoder.tgraph --model Inversion --synthetic-weights 1 -o i.tplan -q
      "$tgrun" d.tplan --function decode --input z=0.5 -o "f$n.png" -q; test -f "f$n.png"
      "$tgrun" "pag$n.tplan" "f$n.png" -o "g$n.png" -q; test -f "g$n.png"
      "$tgrun" --replay "g$n.png" -q; test -f "g$n-replay.png"; cmp "g$n.png" "g$n-replay.png"
      mkdir "in$n" "out$n"; cp "f$n.png" "in$n/1$n.png"; cp "f$n.png" "in$n/2.png"
      "$tginvert" i.tplan "in$n" --outdir "out$n" -q
      test -f "out$n/1$n.safetensors"; test -f "out$n/2.json"
      printf '%s\r\n\n' "in$n/1$n.png" > "l$n.txt"
      "$tginvert" i.tplan "@l$n.txt" --outdir . -q; cmp "1$n.png" "out$n/1$n.png"
      "$tginspect" "d.tplan" -q > /dev/null
      for f in *.json *.safetensors; do iconv -f UTF-8 -t UTF-16 "$f" > /dev/null 2>&1 || \
        case "$f" in *.json) exit 9;; esac; done
      ls -A | grep -c tmp && exit 8 || true
      """)
  }

  @Test func messagesAndJSONShowBytes() throws {
    let fixture = try Fixture()
    try fixture.expect(
      #""$tgrun" $'none\xE9.tplan' bird"#, endsWith: 66, says: #"none\xE9.tplan"#)
    try fixture.expect(
      #""$tgrun" $'none\xE9.tplan' bird --json"#, endsWith: 66, says: #"none\\xE9.tplan"#)
    let report = try fixture.expect(
      #""$tgc" caption.tgraph --vocabulary words.txt -o $'a\xE9.tplan' --json"#)
    let object = try JSONSerialization.jsonObject(with: Data(report.utf8)) as? [String: Any]
    #expect(object?["plan"] as? String == #"a\xE9.tplan"#)
    try fixture.expect(
      #""$tgrun" $'a\xE9.tplan' $'r\xE9d'"#, endsWith: 65, says: "not valid UTF-8 at byte 1")
    // Two names that look the same are two files.
    try fixture.expect(
      """
      set -e; "$tgc" decoder.tgraph --model Decoder --synthetic-weights 1 -o d.tplan -q
      "$tgc" decoder.tgraph --model Inversion --synthetic-weights 1 -o i.tplan -q; mkdir in
      "$tgrun" d.tplan --function decode --input z=0.5 -o $'in/caf\\u00e9.png' -q
      "$tgrun" d.tplan --function decode --input z=-1 -o $'in/cafe\\u0301.png' -q
      mkdir out; "$tginvert" i.tplan in --outdir out -q; test "$(ls out/*.safetensors | wc -l)" = 2
      """)
  }

  /// A name of the longest kind can be written: the temporary file beside it has a shorter one.
  @Test func longNamesAreWritten() throws {
    let fixture = try Fixture()
    try fixture.expect(
      """
      n=$(printf '圆%.0s' $(seq 80)); "$tgc" caption.tgraph -o "$n.tplan" -q && test -f "$n.tplan"
      """)
  }

  // MARK: Words

  @Test func aPlanWithoutWordsSaysSo() throws {
    let fixture = try Fixture()
    try fixture.expect(
      #""$tgc" caption.tgraph -o c.tplan -q; "$tgc" vectors.tgraph -o v.tplan -q"#)
    for arguments in [
      "c.tplan 'a red bird'", "c.tplan --captions words.txt", "c.tplan --input caption='a bird'",
      "c.tplan --show-words",
    ] {
      try fixture.expect(
        "\"$tgrun\" \(arguments)", endsWith: 64, says: "without a vocabulary for 'caption'")
      try fixture.expect("\"$tgrun\" \(arguments)", endsWith: 64, says: "tgc … --vocabulary FILE")
    }
    try fixture.expect(#""$tgrun" c.tplan"#, endsWith: 64, says: "ids of words for 'caption'")
    try fixture.expect(
      #""$tgrun" v.tplan 'a red bird'"#, endsWith: 64, says: "without word vectors for 'caption'")
    try fixture.expect(
      #""$tgrun" v.tplan 'a red bird'"#, endsWith: 64, says: "--word-vectors FILE.vec")
  }

  @Test func wordsAreListed() throws {
    let fixture = try Fixture()
    let text = try fixture.expect(
      #""$tgc" caption.tgraph --vocabulary words.txt -o c.tplan -q > /dev/null && "$tgrun" c.tplan --show-words"#
    )
    #expect(text == "1\tred\n2\tblue\n3\tbird\n")
    let json = try fixture.expect(#""$tgrun" c.tplan --show-words --json"#)
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    let list = (object?["vocabularies"] as? [[String: Any]])?.first
    let inputs = list?["inputs"] as? [[String: Any]]
    #expect(list?["name"] as? String == "words")
    #expect(inputs?.map { $0["name"] as? String } == ["caption"])
    let words = list?["words"] as? [[String: Any]]
    #expect(words?.map { $0["word"] as? String } == ["red", "blue", "bird"])
    #expect(words?.map { $0["id"] as? Int } == [1, 2, 3])
    try fixture.expect(#""$tgrun" c.tplan 'red fish' -q"#, says: "not in the vocabulary")
    try fixture.expect(#""$tgrun" c.tplan fish"#, endsWith: 65, says: "tgrun --show-words PLAN")
    try fixture.expect(
      #"printf '\x1f\x8b\x08' > c.gz; "$tgrun" c.tplan --captions c.gz"#, endsWith: 65,
      says: "c.gz: no captions: this is gzip data")
  }
}
