import Foundation
import TGTestSupport
import Testing

/// The table of `spec/tools.md` that says what each command refuses: every row has a command line
/// here, and every command line ends with the status of its row, in the one style of errors.
@Suite struct StatusTableTests {
  /// Command lines for the rows of the table, `STATUS COMMAND: WHAT IS WRONG`. `_` is a space inside
  /// a word; a line of a shell begins with `$`.
  private static let lines: [String: [String]] = [
    "64 all: an option that does not exist": [
      "tgc --bogus", "tgc fmt a.tgraph --bogus", "tgrun sample.tplan --bogus",
      "tginvert net.tplan --bogus", "tginspect sample.tplan --bogus",
      "tgeval pairs two.png two.png --bogus", "tgdissect painter.tplan --bogus",
      "tgdirect measure net.tplan --bogus",
    ],
    "64 all: an option without its value": [
      "tgc ok.tgraph --batch", "tgrun sample.tplan --seeds", "tginvert net.tplan a.png --objective",
      "tginspect sample.tplan --function", "tgeval sets two.npy three.npy --scores",
      "tgdissect painter.tplan --segmenter", "tgdirect measure net.tplan --seeds",
    ],
    "64 all: a value that is no number where one is needed": [
      "tgc ok.tgraph --synthetic-weights x", "tgrun sample.tplan bird --threads x",
      "tgrun sample.tplan bird --repeat 0",
      "tginvert net.tplan a.png --restarts x", "tgeval sets two.npy three.npy --subsets x",
      "tgdissect painter.tplan --segmenter parts.tplan --pictures x",
      "tgdirect boundary net.tplan -o d.npy --samples x",
    ],
    "64 tgc: no page, or two": ["tgc", "tgc ok.tgraph other.tgraph"],
    "64 tgc: `--weights-type` that is none, or with an `--emit` that writes no plan": [
      "tgc ok.tgraph --synthetic-weights 1 --weights-type f8",
      "tgc ok.tgraph --synthetic-weights 1 --weights-type f16 --emit onnx",
      "tgc ok.tgraph --synthetic-weights 1 --weights-type f16 --emit ir",
    ],
    "64 tgc: `--precision` that is none, of a level that keeps bits, or of an `--emit` without plan":
      [
        "tgc ok.tgraph --synthetic-weights 1 --precision f16",
        "tgc ok.tgraph --synthetic-weights 1 --precision bf16 -O1",
        "tgc ok.tgraph --synthetic-weights 1 --precision bf16 --emit onnx",
      ],
    "64 tgc: a level, pass, list of batch sizes, `--emit` or `--set` that cannot be": [
      "tgc ok.tgraph -O9 --check", "tgc ok.tgraph -Ox", "tgc ok.tgraph --tune -O1",
      "tgc ok.tgraph --tune -Os", "tgc ok.tgraph --check -Os -O1", "tgc ok.tgraph --check -O0 -O2",
      "tgc ok.tgraph --check --print-after None",
      "tgc ok.tgraph --check --stop-after None", "tgc ok.tgraph --check --batch 0",
      "tgc ok.tgraph --check --batch 1,1",
      "tgc ok.tgraph --emit java", "tgc ok.tgraph --check --set x", "tgc ok.tgraph --emit page",
    ],
    "64 tgc: `--part` that is not NAME=PAGE, or `--features` without `--invert` or with `--emit page`":
      [
        "tgc ok.tgraph --part x --check", "tgc ok.tgraph --features ok.tgraph --check",
        "tgc ok.tgraph --invert --features ok.tgraph --emit page",
      ],
    "64 tgc: `--emit onnx` of several batch sizes, with `--invert`, or of no function of the page":
      [
        "tgc ok.tgraph --synthetic-weights 1 --emit onnx --batch 1,8",
        "tgc ok.tgraph --synthetic-weights 1 --emit onnx --invert",
        "tgc ok.tgraph --synthetic-weights 1 --emit onnx --function none",
      ],
    "64 tgc: `--function` without `--emit onnx`": ["tgc ok.tgraph --check --function f"],
    "64 tgc: `--weights` together with `--synthetic-weights`": [
      "tgc ok.tgraph --weights w.safetensors --synthetic-weights 1"
    ],
    "64 tgc: no function has all its weights": ["tgc ok.tgraph -o p.tplan"],
    "64 tgc: a vocabulary that no input asks for": [
      "tgc ok.tgraph --synthetic-weights 1 --vocabulary captions.txt -o p.tplan"
    ],
    "64 tgc: an output that is a file to be read": [
      "tgc ok.tgraph --synthetic-weights 1 -o ok.tgraph"
    ],
    "64 tgc: `--licence` or `--origin` with control characters": [
      "tgc ok.tgraph --synthetic-weights 1 --origin a\u{7}b -o p.tplan"
    ],
    "64 tgc fmt: no page": ["tgc fmt"],
    "64 tgrun: no plan, or an input that must be given and is not": [
      "tgrun", "tgrun sample.tplan", "tgrun sample.tplan --function edit",
    ],
    "64 tgrun: an input, output or function that the plan does not have": [
      "tgrun sample.tplan bird --input none=one.npy", "tgrun sample.tplan bird --output none=n.npy",
      "tgrun sample.tplan bird --function none",
    ],
    "64 tgrun: options that exclude each other": [
      "tgrun sample.tplan bird --repeat 2 --seeds 0-8",
      "tgrun sample.tplan bird --seed 1 --seeds 2", "tgrun sample.tplan bird -o o.png --outdir .",
    ],
    "64 tgrun: `-o` with a suffix that no picture is written as, or `--jpeg-quality` that cannot be":
      [
        "tgrun sample.tplan bird -o out.gif", "tgrun sample.tplan bird --jpeg-quality 0",
        "tgrun sample.tplan bird -o out.png --jpeg-quality 90",
      ],
    "64 tgrun: an output that is a file to be read": [
      "tgrun sample.tplan --function edit photo.png -o photo.png"
    ],
    "64 tgrun: a film that is no `.png`, its options without `--film`, or frames in a second that cannot be":
      [
        "tgrun sample.tplan bird --film film.gif", "tgrun sample.tplan bird --fps 12",
        "tgrun sample.tplan bird --film film.png --fps 0",
      ],
    "64 tgrun: a sheet of a form that cannot be, of more pictures than cells, or too large": [
      "tgrun sample.tplan bird --grid 0x2", "tgrun sample.tplan bird --grid 1x2 --seeds 0-2",
      "tgrun sample.tplan bird --grid 990x990",
    ],
    "64 tgrun: an index made and asked at once, not named `.npy`, or with other options":
      [
        "tgrun sample.tplan bird --nearest 3",
        "tgrun sample.tplan bird --index a.npy --index-out b.npy",
        "tgrun sample.tplan bird --index a.txt",
        "tgrun sample.tplan bird --index a.npy --seeds 0-3",
        "tgrun sample.tplan bird --index a.npy --data none=in",
      ],
    "64 tgrun: `--attention` with a number of words that cannot be": [
      "tgrun sample.tplan bird -o o.png --attention maps:0"
    ],
    "64 tginvert: no picture, or an objective that the plan does not have": [
      "tginvert net.tplan", "tginvert net.tplan a.png --objective none",
      "tginvert sample.tplan photo.png",
    ],
    "64 tginvert: `--shard`, `--steps` or `--rate` that cannot be": [
      "tginvert net.tplan a.png --shard 3/2", "tginvert net.tplan a.png --objective noisy --rate 1",
      "tginvert net.tplan a.png --steps -1", "tginvert net.tplan a.png --restarts -1",
    ],
    "64 tginvert: `--jpeg-quality` that cannot be": ["tginvert net.tplan a.png --jpeg-quality 101"],
    "64 tgdirect: nothing that says what is measured, or two things that do": [
      "tgdirect measure net.tplan --direction d.npy=-1:1:3 -o r.json",
      "tgdirect boundary net.tplan --measure grey --scores s.csv -o d.npy",
    ],
    "64 tgdirect: `-o` of another suffix, or a share, axis or count that cannot be": [
      "tgdirect closed w.safetensors -o d.txt", "tgdirect closed w.safetensors --count 0 -o d.npy",
      "tgdirect boundary net.tplan --measure grey --training 1 -o d.npy",
      "tgdirect measure net.tplan --measure grey --seeds x -o r.json",
    ],
    "64 tgdirect: codes that nothing makes, or of which every direction is alike": [
      "tgdirect pca other.tplan -o d.npy"
    ],
    "65 tgdirect: a file that is no plan, weights, direction, table of scores or list of pairs": [
      "tgdirect measure bad.tplan --measure grey -o r.json", "tgdirect closed photo.png -o d.npy",
      "tgdirect project photo.png --out-of photo.png -o d.npy",
      "tgdirect differences captions.txt --words net.tplan -o d.npy",
    ],
    "64 tginspect: no plan, or a function that it does not have": [
      "tginspect", "tginspect sample.tplan --function none",
    ],
    "64 tgeval: no set, plan or array that a score needs, or a score that there is not": [
      "tgeval sets two.npy", "tgeval sets two.npy three.npy --scores none",
      "tgeval sets two.png two.png", "tgeval sets two.npy --scores classes",
      "tgeval sets two.png two.png --plan sample.tplan", "tgeval r-precision",
      "tgeval r-precision sample.tplan", "tgeval r-precision --picture-vectors two.npy",
      "tgeval pairs two.png two.png --lpips logs.tplan",
    ],
    "64 tgdissect: neither `--segmenter` nor `--masks`, or both, or no pictures for an encoder": [
      "tgdissect painter.tplan", "tgdissect painter.tplan --segmenter parts.tplan --masks masks",
      "tgdissect seer.tplan --masks masks",
    ],
    "64 tgdissect: a plan that sets no units, a segmenter or an encoder that is none": [
      "tgdissect net.tplan --segmenter parts.tplan",
      "tgdissect painter.tplan --segmenter painter.tplan",
      "tgdissect painter.tplan masks --masks masks",
    ],
    "64 tgdissect: seeds, `--top`, `--sets`, `--patch`, `--part` or `--value` that cannot be": [
      "tgdissect painter.tplan --segmenter parts.tplan --seeds 3-1",
      "tgdissect painter.tplan --segmenter parts.tplan --top 2",
      "tgdissect painter.tplan --segmenter parts.tplan --seeds 0-3 --top 0.001",
      "tgdissect painter.tplan --segmenter parts.tplan --sets 2,1",
      "tgdissect painter.tplan --segmenter parts.tplan --patch 0",
      "tgdissect painter.tplan --segmenter parts.tplan --patch 5",
      "tgdissect painter.tplan --segmenter parts.tplan --sets 3",
      "tgdissect painter.tplan --segmenter parts.tplan --part blue",
      "tgdissect painter.tplan --segmenter parts.tplan --value low",
      "tgdissect painter.tplan --segmenter parts.tplan --input units=1",
    ],
    "65 tgdissect: a file that is no plan, or masks that are none": [
      "tgdissect bad.tplan --segmenter parts.tplan",
      "tgdissect painter.tplan --segmenter bad.tplan",
      "tgdissect seer.tplan masks --masks badmasks --top 0.4",
      "tgdissect painter.tplan --segmenter parts.tplan --mask bad.tplan",
    ],
    "71 tgdissect: more memory than `--max-memory`": [
      "tgdissect wide.tplan --segmenter parts.tplan --max-memory 1"
    ],
    "73 tgdissect: a folder that cannot be made": [
      "tgdissect painter.tplan --segmenter parts.tplan --outdir captions.txt"
    ],
    "65 tgc: a page with an error, at its line": [
      "tgc wrong.tgraph --check", "tgc wrong.tgraph --synthetic-weights 1 -o p.tplan",
    ],
    "65 tgc: a page that a plan cannot hold (`plan.md`, section 5), at its line": [
      "tgc wide.tgraph --check", "tgc wide.tgraph --synthetic-weights 1 -o p.tplan",
    ],
    "65 tgc: a file that is no page, or an import outside of the page's tree": [
      "tgc captions.txt --check", "tgc importing.tgraph --check",
    ],
    "64 tginvert: `--film` of several pictures, to no `.png`, or with too many frames": [
      "tginvert net.tplan a.png --film f.mp4",
      "tginvert net.tplan a.png --film f.png --film-every 1 --steps 5000",
    ],
    "65 tgc: `--part` of a parameter that the model does not have, or of what lacks the functions asked for":
      [
        "tgc ok.tgraph --part G=ok.tgraph --check", "tgc takes.tgraph --part G=ok.tgraph --check",
      ],
    "65 tgc: `--features` of a page without a function of one or two pictures": [
      "tgc sees.tgraph --invert --features ok.tgraph --check"
    ],
    "65 tgc: `--invert` of a model that has an objective, no function that makes pictures, or several":
      [
        "tgc large-net.tgraph --invert --check", "tgc ok.tgraph --invert --check",
        "tgc ok.tgraph --invert none --check",
      ],
    "65 tgc: a checkpoint that is none, or not the page's": [
      "tgc ok.tgraph --weights photo.png -o p.tplan",
      "tgc ok.tgraph --weights v.safetensors -o p.tplan",
    ],
    "65 tgc: a network in ONNX that is damaged, or not translated": ["tgc damaged.onnx -o p.tplan"],
    "65 tgc: with `--strict`: weights that are infinite or no number": [
      "tgc ok.tgraph --weights nan.safetensors --strict -o p.tplan"
    ],
    "65 tgc fmt: a page that cannot be read as one": [
      "tgc fmt broken.tgraph", "tgc fmt captions.txt",
    ],
    "65 tgrun: a file that is no plan": ["tgrun photo.png", "tgrun captions.txt bird"],
    "65 tgrun: a picture, array, code or caption that is not what the plan takes": [
      "tgrun sample.tplan --function edit page.jpg", "tgrun sample.tplan bird --input z=one.npy",
      "tgrun sample.tplan zzz", "tgrun sample.tplan --input caption=badids.npy",
    ],
    "65 tgrun: an index or a data set that is not what it should be": [
      "tgrun sample.tplan --function measure --input x=one.npy --index badindex.npy",
      "tgrun sample.tplan --function measure --data plain=badset --index-out i.npy",
    ],
    "65 tgrun: a JPEG that ends too early, is too large, or of a kind that is not read": [
      "tgrun sample.tplan --function edit photo.jpg", "tgrun sample.tplan --function edit huge.jpg",
      "tgrun sample.tplan --function edit deep.jpg",
    ],
    "65 tginvert: a file that is no plan, or a state or start that is none": [
      "tginvert bad.tplan a.png", "tginvert net.tplan a.png --init bad.safetensors",
    ],
    "65 tginspect: a damaged plan, or a page": ["tginspect cut.tplan", "tginspect ok.tgraph"],
    "65 tgeval: pictures that are broken, of unequal sizes, without their others, or too few": [
      "tgeval pairs photo.png two.png", "tgeval pairs two.png two.png",
      "tgeval pairs page.jpg two.png", "tgeval pairs . two.png",
      "tgeval sets one.npy two.npy --scores frechet",
      "tgeval sets two.npy three.npy --scores kernel",
      "tgeval sets two.npy three.npy --scores manifolds",
      "tgeval sets photo.png two.png --plan logs.tplan",
    ],
    "65 tgeval: features that are infinite or no number, of no row for each picture, or made in two ways":
      [
        "tgeval sets nan.npy two.npy --scores frechet", "tgeval sets half.npy two.npy",
        "tgeval sets captions.txt two.npy", "tgeval sets two.npy v.safetensors",
        "tgeval r-precision --picture-vectors two.npy --text-vectors three.npy",
      ],
    "65 tgeval compare: a file of scores that is none, or whose protocol is not the one of its hash":
      ["tgeval compare captions.txt captions.txt", "tgeval compare empty.json empty.json"],
    "66 all: a file that is not there": [
      "tgc none.tgraph --check", "tgc ok.tgraph --weights none.pth -o p.tplan",
      "tgc ok.tgraph --check --allow-imports none", "tgc fmt none.tgraph", "tgrun none.tplan",
      "tgrun sample.tplan --function edit none.png", "tginvert none.tplan a.png",
      "tginvert net.tplan none.png", "tginspect none.tplan",
      "tgeval pairs none.png two.png", "tgeval sets none.npy two.npy",
      "tgeval sets two.png two.png --plan none.tplan", "tgeval compare none.json none.json",
      "tgdissect none.tplan --segmenter parts.tplan",
      "tgdissect painter.tplan --segmenter none.tplan", "tgdissect seer.tplan masks --masks none",
      "tgdirect learn none.tplan -o d.npy", "tgdirect closed none.pth -o d.npy",
    ],
    // The folder: PageNameTests.
    "66 tgc: a name that no page has, or a folder of `TG_GRAPHS` that is not there": [
      "tgc unheard-of --check", "tgc --list unheard-of",
    ],
    "69 tgrun: an interpolation that the plan has no functions for": [
      "tgrun sample.tplan --interpolate bird red"
    ],
    "69 tgrun: `--replay` of a film or a sheet of many pictures, or of captions of a pipe": [
      "tgrun sample.tplan --replay many.png"
    ],
    "69 tgrun: `--replay` of a JPEG that does not tell which pixels it was made from": [
      "tgrun sample.tplan --replay untold.jpg"
    ],
    "71 tgc: more memory than `--max-memory`, for compiling or in the plan": [
      "tgc large.tgraph --synthetic-weights 1 --max-memory 16 -o p.tplan"
    ],
    "71 tgrun: more memory than `--max-memory`": ["tgrun large.tplan bird --max-memory 1"],
    "71 tginvert: more memory than `--max-memory`": [
      "tginvert large-net.tplan a.png --max-memory 1"
    ],
    "73 tgc: a plan in a folder that is not there, or where a folder is": [
      "tgc ok.tgraph --synthetic-weights 1 -o none/p.tplan",
      "tgc ok.tgraph --synthetic-weights 1 -o .",
    ],
    "73 tgrun: an output in a folder that is not there": [
      "tgrun sample.tplan bird -o none/out.png"
    ],
    "73 tgeval: features in a folder that is not there": [
      "tgeval sets two.npy three.npy --scores frechet --features-out none/x.npy"
    ],
    "74 all: a standard output that takes no more": [
      "$ tgc ok.tgraph --check > /dev/full",
      "$ tgrun sample.tplan --function measure --input x=one.npy > /dev/full",
      "$ tginspect sample.tplan > /dev/full",
      "$ tgeval sets two.npy three.npy --scores frechet > /dev/full",
    ],
    "76 tgc fmt: `--check` of a page that is not in style": ["tgc fmt --check unstyled.tgraph"],
    "76 tgrun: an output that is infinite or no number": [
      "tgrun sample.tplan --function measure --input x=negative.npy"
    ],
    "76 tgrun: `--replay` with another plan": ["tgrun large.tplan --replay made.png"],
    "76 tgeval: a plan that gives what is infinite or no number": [
      "tgeval sets two.png two.png --plan logs.tplan"
    ],
    "76 tgeval compare: scores of unequal protocols": ["tgeval compare first.json second.json"],
  ]
  /// Rows whose commands are stopped while they run: the tests that do so.
  private static let stopped = [
    "75 tginvert: Ctrl-C: the state is kept": "InvertCommandTests",
    "130 tgrun: Ctrl-C": "CommandRunTests",
  ]

  private static let specification: String =
    (try? String(
      contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("spec/tools.md"), encoding: .utf8)) ?? ""

  /// The rows of the table of mistakes, as keys of `lines`.
  private static var rows: [String] {
    let start = specification.range(of: "| status | command | what is wrong |")?.upperBound
    let table = start.map { specification[$0...] } ?? ""
    return table.split(separator: "\n").dropFirst().prefix { $0.hasPrefix("|") }.map { row in
      let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      return "\(cells[0]) \(cells[1].replacing("`", with: "")): \(cells[2])"
    }
  }

  @Test func everyRowHasItsCommandLines() {
    #expect(Self.rows.count >= 40)
    #expect(Set(Self.rows) == Set(Self.lines.keys).union(Self.stopped.keys))
    let statuses = Set(Self.rows.compactMap { $0.split(separator: " ").first })
    #expect(statuses == ["64", "65", "66", "69", "71", "73", "74", "75", "76", "130"])
  }

  @Test func everyCommandLineEndsAsTheTableSays() throws {
    let fixture = try StatusFixture()
    for (row, lines) in Self.lines {
      let status = try #require(row.split(separator: " ").first.flatMap { Int32($0) })
      for line in lines {
        let outcome = try fixture.run(line)
        #expect(outcome.status == status, "\(line): \(outcome.status) \(outcome.messages)")
        #expect(isInStyle(outcome.messages), "\(line): \(outcome.messages)")
        #expect(!outcome.messages.contains("tgc compile"), "\(line): \(outcome.messages)")
        if line.hasPrefix("$") { continue }
        let asked = try fixture.run(line + " --json")
        #expect(asked.status == status, "\(line) --json: \(asked.status) \(asked.messages)")
        try expectJSON(asked.messages, status, line)
      }
    }
  }

  /// An error of ours begins with the command's name, or with the location in a page.
  private func isInStyle(_ messages: String) -> Bool {
    let names =
      ["tgc", "tgc fmt", "tgrun", "tginvert", "tginspect", "tgdissect", "tgeval", "tgdirect"]
      + ["pairs", "sets", "r-precision", "compare"].map { "tgeval \($0)" }
      + ["boundary", "closed", "differences", "layers", "learn", "measure", "pca", "project"]
      .map { "tgdirect \($0)" }
    return messages.split(separator: "\n").contains { line in
      names.contains { line.hasPrefix("\($0): error: ") }
        || line.contains(".tgraph:") && line.contains(": error: ")
    }
  }

  /// Every line is an object; what ends the command is an error with its status, or a finding.
  private func expectJSON(_ messages: String, _ status: Int32, _ line: String) throws {
    var isTold = false
    for text in messages.split(separator: "\n") {
      let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
      let told = try #require(object, "\(line) --json: \(text)")
      if let error = told["error"] as? [String: Any] {
        #expect((error["code"] as? NSNumber)?.int32Value == status, "\(line): \(text)")
        isTold = true
      }
      if let finding = told["diagnostic"] as? [String: Any],
        finding["severity"] as? String == "error"
      {
        isTold = true
      }
    }
    #expect(isTold, "\(line) --json: \(messages)")
  }
}
