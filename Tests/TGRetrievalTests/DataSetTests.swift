import TGRetrieval
import Testing

/// Tiny copies of each data set, and what is wrong with damaged ones, at its line.
@Suite struct DataSetTests {
  @Test func ourOwnForm() throws {
    let folder = try Folder()
    try folder.text(
      "entries.jsonl",
      "{\"file\":\"a.png\",\"caption\":\"red\"}\n\n{\"file\":\"b.png\",\"caption\":\"blue\"}\r\n")
    try folder.text(
      "queries.jsonl",
      "{\"source\":\"a.png\",\"text\":\"make it blue\",\"target_caption\":\"blue\"}\n")
    let data = try RetrievalData.read(.plain, folder: folder.path)
    #expect(data.entries.map(\.file) == [folder.path("a.png"), folder.path("b.png")])
    #expect(data.labels == ["red", "blue"] && data.leavesOutSource)
    #expect(data.queries.map(\.source) == [0] && data.queries[0].label == "blue")
    #expect(data.queries[0].location == folder.path("queries.jsonl") + ":1")
    try folder.text(
      "queries.jsonl", "{\"source\":\"a.png\",\"text\":\"to b\",\"target\":\"b.png\"}\n")
    let files = try RetrievalData.read(.plain, folder: folder.path)
    #expect(files.labels == files.entries.map(\.file) && files.queries[0].label == files.labels[1])
    for (queries, words) in [
      (
        "{\"source\":\"c.png\",\"text\":\"x\",\"target\":\"b.png\"}\n",
        ":1: entries.jsonl has no file c"
      ),
      (
        "\n{\"source\":\"a.png\",\"text\":\"x\",\"target\":\"c.png\"}\n",
        ":2: entries.jsonl has no file c"
      ),
      ("{\"source\":\"a.png\",\"target\":\"b.png\"}\n", ":1: there is no text 'text'"),
    ] {
      try folder.text("queries.jsonl", queries)
      #expect(folder.fault(of: .plain)?.contains(words) == true, "\(words)")
    }
    try folder.text("entries.jsonl", "{\"file\":\"a\"}\n{\"file\":\"a\"}\n")
    #expect(folder.fault(of: .plain)?.contains("entries.jsonl:2: the file a stands twice") == true)
  }

  @Test func fashion200k() throws {
    let folder = try Folder()
    try folder.text(
      "labels/dress_test_detect_all.txt",
      "women/1_0.jpeg\t0.9\tblue long dress. \nwomen/2_0.jpeg\t0.8\tred long dress.\n"
        + "women/3_0.jpeg\t0.8\tred long dress.\n")
    try folder.text("labels/dress_train_detect_all.txt", "damaged\n")
    try folder.text("test_queries.txt", "women/1_0.jpeg women/2_0.jpeg\n")
    let data = try RetrievalData.read(.fashion200k, folder: folder.path)
    #expect(
      data.labels == ["blue long dressdotmark"]
        + Array(repeating: "red long dressdotmark", count: 2))
    #expect(data.queries.map(\.text) == ["replace blue with red"])
    #expect(data.queries[0].label == data.labels[2] && data.leavesOutSource)
    for (file, text, words) in [
      ("test_queries.txt", "women/1_0.jpeg\n", "test_queries.txt:1: a line is SOURCE and TARGET"),
      (
        "test_queries.txt", "\nwomen/1_0.jpeg x.jpg\n",
        "test_queries.txt:2: the lists of labels have no"
      ),
      ("test_queries.txt", "women/2_0.jpeg women/3_0.jpeg\n", ":1: the captions of both files"),
      (
        "labels/top_test_detect_all.txt", "a.jpg\tred top\n",
        "top_test_detect_all.txt:1: a line is FILE"
      ),
      (
        "labels/top_test_detect_all.txt", "women/1_0.jpeg\t1\tred\n",
        ":1: the file women/1_0.jpeg stands"
      ),
    ] {
      try folder.text(file, text)
      #expect(folder.fault(of: .fashion200k)?.contains(words) == true, "\(words)")
      try folder.text("test_queries.txt", "women/1_0.jpeg women/2_0.jpeg\n")
    }
    #expect(try Folder().fault(of: .fashion200k)?.contains("has no list of test pictures") == true)
  }

  @Test func mitStates() throws {
    let folder = try Folder()
    for name in [
      "images/ripe tomato/b.jpg", "images/ripe tomato/a.jpg", "images/sliced tomato/c.jpg",
      "images/adj tomato/d.jpg", "images/young dog/e.jpg", "images/notes/f.jpg",
    ] { try folder.text(name, "") }
    let data = try RetrievalData.read(.mitStates, folder: folder.path)
    #expect(
      data.entries.map(\.file)
        == [
          "images/ripe tomato/a.jpg", "images/ripe tomato/b.jpg", "images/sliced tomato/c.jpg",
        ].map { folder.path($0) })
    #expect(data.queries.map(\.text) == ["sliced", "sliced", "ripe"])
    #expect(data.queries.map(\.label) == ["sliced tomato", "sliced tomato", "ripe tomato"])
    try folder.text("images/very old tomato/g.jpg", "")
    #expect(
      folder.fault(of: .mitStates)?.contains("very old tomato is not named ADJECTIVE NOUN") == true)
    #expect(try Folder().fault(of: .mitStates)?.contains("has no folders ADJECTIVE NOUN") == true)
  }

  @Test func fashionIQ() throws {
    let folder = try Folder()
    try folder.text("image_splits/split.shirt.val.json", "[\"B1\",\n \"B2\", \"B3\"]")
    try folder.text("images/B2.jpg", "")
    try folder.text(
      "captions/cap.shirt.val.json",
      "[\n {\"target\": \"B2\", \"candidate\": \"B1\",\n  \"captions\": [\" is Red.\", \"has stripes, \"]}\n]\n"
    )
    let data = try RetrievalData.read(.fashionIQShirt, folder: folder.path)
    #expect(
      data.entries.map(\.file)
        == ["B1.png", "B2.jpg", "B3.png"].map { folder.path("images/\($0)") })
    #expect(data.queries.map(\.text) == ["Is red and has stripes"])
    #expect(data.queries[0].label == data.entries[1].file && !data.leavesOutSource)
    #expect(data.queries[0].location.hasSuffix("cap.shirt.val.json:2"))
    for (file, text, words) in [
      (
        "captions/cap.shirt.val.json", "[{\"target\": \"B9\"}]",
        ".json:1: there is no text 'candidate'"
      ),
      (
        "captions/cap.shirt.val.json", "[\n\n{\"target\": \"B9\", \"candidate\": \"B1\"}]",
        ".json:3: "
      ),
      ("captions/cap.shirt.val.json", "[{\"a\": 1}", ".json:1: ',' or ']' is missing"),
      ("captions/cap.shirt.val.json", "[{\"a\": \"}]", ".json:1: the file ends inside a record"),
      ("captions/cap.shirt.val.json", "[\n3]", ".json:2: "),
      ("image_splits/split.shirt.val.json", "[\"B1\",\n,]", ".json:2: not valid JSON"),
      ("image_splits/split.shirt.val.json", "[\"B1\", \"../x\"]", "item 2 is no id"),
    ] {
      try folder.text(file, text)
      #expect(folder.fault(of: .fashionIQShirt)?.contains(words) == true, "\(words)")
    }
    #expect(folder.fault(of: .fashionIQDress)?.contains("split.dress.val.json") == true)
  }

  @Test func shoes() throws {
    let folder = try Folder()
    for name in ["womens_clogs/img_womens_clogs_1.jpg", "womens_boots/0/img_womens_boots_2.jpg"] {
      try folder.text(name, "")
    }
    try folder.text("eval_im_names.txt", "img_womens_clogs_1.jpg\nimg_womens_boots_2.jpg\n")
    let first = "{\"ImageName\": \"img_womens_boots_2.jpg\", \"ReferenceImageName\": "
    try folder.text(
      "relative_captions_shoes.json",
      "[\(first)\"img_womens_clogs_1.jpg\", \"RelativeCaption\": \"is taller\"},\n"
        + "\(first)\"img_womens_flats_3.jpg\", \"RelativeCaption\": \"is for training\"}]")
    let data = try RetrievalData.read(.shoes, folder: folder.path)
    #expect(
      data.entries.map(\.file)
        == [
          "womens_clogs/img_womens_clogs_1.jpg", "womens_boots/0/img_womens_boots_2.jpg",
        ].map { folder.path($0) })
    #expect(data.queries.map(\.text) == ["is taller"] && data.queries[0].source == 0)
    #expect(data.queries[0].label == data.entries[1].file && data.leavesOutSource)
    try folder.text("eval_im_names.txt", "img_womens_clogs_1.jpg\nnone.jpg\n")
    #expect(folder.fault(of: .shoes)?.contains("eval_im_names.txt:2: no folder womens_*") == true)
    try folder.text("eval_im_names.txt", "img_womens_clogs_1.jpg\nimg_womens_clogs_1.jpg\n")
    #expect(
      folder.fault(of: .shoes)?.contains(":2: the picture img_womens_clogs_1.jpg stands twice")
        == true)
    try folder.text("eval_im_names.txt", "img_womens_clogs_1.jpg\n")
    try folder.text("relative_captions_shoes.json", "[\n\n{\"ImageName\": \"a\"}]")
    #expect(
      folder.fault(of: .shoes)?.contains(".json:3: there is no text 'ReferenceImageName'") == true)
  }

  @Test func aFolderThatIsNotThere() {
    for kind in RetrievalData.Kind.allCases {
      let fault = #expect(throws: RetrievalError.self) {
        try RetrievalData.read(kind, folder: "/nowhere/at/all")
      }
      #expect(fault?.exitCode == 66)
    }
  }
}
