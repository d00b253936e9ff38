using MlNetConvVis.Specs;
using MlNetConvVis.Specs.Yaml;

namespace MlNetConvVis.Tests.Specs;

public class YamlFileTests
{
    [Fact]
    public void Values_are_read_by_type()
    {
        var map = Parse("text: a b\nquoted: \"\"\nint: -7\nfloat: 1.0e-4\ntruth: true\nlist: [1, 2]\nmap: { inner: deep }\nchoice: Second");
        Assert.Equal("a b", map.Text("text"));
        Assert.Equal("", map.Text("quoted"));
        Assert.Equal(-7, map.Int("int"));
        Assert.Equal(1e-4f, map.Float("float"));
        Assert.True(map.Bool("truth"));
        Assert.Equal([1, 2], map.List("list", static v => v.AsInt()));
        Assert.Equal("deep", map.Map("map").Text("inner"));
        Assert.Equal(2, map.Choice("choice", new Dictionary<string, int> { ["first"] = 1, ["second"] = 2 }));
        Assert.Equal(["text", "quoted", "int", "float", "truth", "list", "map", "choice"], map.Entries.Select(static e => e.Key));
    }

    [Fact]
    public void Absent_keys_take_their_fallback()
    {
        var map = Parse("other: 1");
        Assert.Equal("t", map.Text("text", "t"));
        Assert.Equal(3, map.Int("int", 3));
        Assert.Equal(0.5f, map.Float("float", 0.5f));
        Assert.False(map.Bool("truth", false));
        Assert.Equal([9], map.List("list", static v => v.AsInt(), [9]));
        Assert.Equal(4, map.Choice("choice", new Dictionary<string, int> { ["first"] = 1 }, 4));
        Assert.Null(map.Find("map"));
    }

    [Theory]
    [InlineData("a: x", "test.yaml:1:4: 'a' is 'x'; a whole number of 1 or more was wanted.")]
    [InlineData("a: 0", "test.yaml:1:4: 'a' is '0'; a whole number of 1 or more was wanted.")]
    [InlineData("a: 1.5", "test.yaml:1:4: 'a' is '1.5'; a whole number of 1 or more was wanted.")]
    [InlineData("a: 99999999999", "test.yaml:1:4: 'a' is '99999999999'; a whole number of 1 or more was wanted.")]
    [InlineData("\na: [1,\n 2]", "test.yaml:2:4: 'a' is a list of 2; a whole number of 1 or more was wanted.")]
    [InlineData("a: { b: 1, c: 2 }", "test.yaml:1:4: 'a' is a map with 'b', 'c'; a whole number of 1 or more was wanted.")]
    [InlineData("a:", "test.yaml:1:3: 'a' is without a value; a whole number of 1 or more was wanted.")]
    [InlineData("b: 1", "test.yaml:1:1: the file's top level has no 'a', which is required.")]
    [InlineData("aa: 1", "test.yaml:1:1: the file's top level has no 'a', which is required. Was 'aa' meant to be it?")]
    public void A_wrong_number_is_refused_with_its_place(string text, string message) => Assert.Equal(message, Refusal(() => Parse(text).Int("a", least: 1)));

    [Theory]
    [InlineData("a: 1e39", "test.yaml:1:4: 'a' is '1e39'; a number was wanted.")]
    [InlineData("a: .nan", "test.yaml:1:4: 'a' is '.nan'; a number was wanted.")]
    [InlineData("a: NaN", "test.yaml:1:4: 'a' is 'NaN'; a number was wanted.")]
    [InlineData("a: Infinity", "test.yaml:1:4: 'a' is 'Infinity'; a number was wanted.")]
    [InlineData("a: 1,5", "test.yaml:1:4: 'a' is '1,5'; a number was wanted.")]
    public void A_wrong_real_number_is_refused(string text, string message) => Assert.Equal(message, Refusal(() => Parse(text).Float("a")));

    [Fact]
    public void Other_readers_refuse_with_place_and_wish()
    {
        var map = Parse("a: [yes, { b: 2 }]");
        var items = map["a"].AsList();
        Assert.Equal("test.yaml:1:5: 'a[0]' is 'yes'; true or false was wanted.", Refusal(() => items[0].AsBool()));
        Assert.Equal("test.yaml:1:10: 'a[1]' is a map with 'b'; a text was wanted.", Refusal(() => items[1].AsText()));
        Assert.Equal("test.yaml:1:15: 'a[1].b' is '2'; a map (key: value) was wanted.", Refusal(() => items[1].AsMap()["b"].AsMap()));
        Assert.Equal("test.yaml:1:10: 'a[1]' is a map with 'b'; a list was wanted.", Refusal(() => items[1].AsList()));
        Assert.Equal("test.yaml:1:15: 'a[1].b' is '2'; a number from 0 to 1 was wanted.", Refusal(() => items[1].AsMap().Float("b", least: 0, most: 1)));
        Assert.Equal(
            "test.yaml:1:5: 'a[0]' is 'yes', which is not one of its choices. Did you mean 'yea'? Known: yea, nay.",
            Refusal(() => items[0].AsChoice(new Dictionary<string, bool> { ["yea"] = true, ["nay"] = false })));
    }

    [Theory]
    [InlineData("kernle: 3", "test.yaml:1:1: the file's top level knows no key 'kernle'. Did you mean 'kernel'? Known: filters, kernel.")]
    [InlineData("kernel: 3\nFilters: 4", "test.yaml:2:1: the file's top level knows no key 'Filters'. Did you mean 'filters'? Known: filters, kernel.")]
    [InlineData("momentum: 3", "test.yaml:1:1: the file's top level knows no key 'momentum'. Known: filters, kernel.")]
    public void Unknown_keys_are_refused_with_the_nearest_known_one(string text, string message) =>
        Assert.Equal(message, Refusal(() => Parse(text).EnsureNoOtherKeys("filters", "kernel")));

    [Theory]
    [InlineData("a: 1\nb: [1, 2", 2, 9)]
    [InlineData("a: 1\n\tb: 2", 1, 4)]
    [InlineData("a: \"open", 1, 4)]
    [InlineData("a: 1\n b: 2", 2, 3)]
    [InlineData("a: 1\nb: *nowhere", 2, 4)]
    [InlineData("a: 1\nb: { c: 1\nd: { e: 2 }\n", 2, 7)]
    [InlineData("a: 1\nb: { c: 1,\nd\ne: 2 }\n", 2, 10)]
    [InlineData("a: 1\nb: @c", 2, 4)]
    [InlineData("a: {b: 1}}", 1, 10)]
    public void Malformed_YAML_is_refused_with_line_and_column(string text, int line, int column)
    {
        var error = Assert.Throws<SpecException>(() => Parse(text));
        Assert.StartsWith("malformed YAML: ", error.Problem, StringComparison.Ordinal);
        Assert.Equal((line, column), (error.Position.Line, error.Position.Column));
    }

    [Theory]
    [InlineData("a: 1\nb: 2\na: 3", 3, 1)]
    [InlineData("x: { a: 1, b: 2, a: 3 }", 1, 18)]
    public void A_key_that_is_there_twice_is_refused_where_it_comes_back(string text, int line, int column)
    {
        var error = Assert.Throws<SpecException>(() => Parse(text).Find("x")?.AsMap());
        Assert.Contains("uplicate key a", error.Problem, StringComparison.Ordinal);
        Assert.Equal((line, column), (error.Position.Line, error.Position.Column));
    }

    [Theory]
    [InlineData("", "test.yaml: the file is empty; a YAML map was wanted.")]
    [InlineData("# only a comment", "test.yaml: the file is empty; a YAML map was wanted.")]
    [InlineData("a: 1\n---\nb: 2", "test.yaml: the file holds 2 YAML documents (split by '---'); one was wanted.")]
    [InlineData("- a", "test.yaml:1:1: the file's top level is a list of 1; a map (key: value) was wanted.")]
    [InlineData("text", "test.yaml:1:1: the file's top level is 'text'; a map (key: value) was wanted.")]
    [InlineData("[1, 2]: 3", "test.yaml:1:1: a key of the file's top level is not a name; '- ' before an item makes a list, quotes make a text of braces.")]
    public void Only_one_map_makes_a_file(string text, string message) => Assert.Equal(message, Refusal(() => Parse(text)));

    [Fact]
    public void Nesting_deeper_than_any_spec_is_refused_before_the_stack_overflows() =>
        Assert.Equal("test.yaml:1:67: lists and maps are nested more than 64 deep.", Refusal(() => Parse($"a: {new string('[', 200_000)}")));

    [Fact]
    public void A_file_that_is_not_there_is_refused_by_name() =>
        Assert.Equal("no-such.yaml: there is no such file.", Refusal(() => YamlFile.Read("no-such.yaml")));

    [Theory]
    [InlineData("${HOME_OF_DATA}", "/data")]
    [InlineData("a/${HOME_OF_DATA}/${EMPTY}b", "a//data/b")]
    [InlineData("'${HOME_OF_DATA}'", "/data")]
    [InlineData("${NONE:-other}", "other")]
    [InlineData("${EMPTY:-other}", "other")]
    [InlineData("${HOME_OF_DATA:-other}", "/data")]
    [InlineData("${NONE:-}", "")]
    [InlineData("$${HOME_OF_DATA} $5", "${HOME_OF_DATA} $5")]
    public void Variables_are_taken_from_the_environment(string scalar, string expected) => Assert.Equal(expected, Parse($"a: {scalar}").Text("a"));

    [Fact]
    public void A_number_may_come_from_the_environment() => Assert.Equal(12, Parse("a: ${TWELVE}").Int("a"));

    [Theory]
    [InlineData("a: ${NONE}", "test.yaml:1:4: the environment variable 'NONE' is not set; set it, or write '${NONE:-default}'.")]
    [InlineData("a: x${NONE", "test.yaml:1:4: 'x${NONE' opens a variable with '${' that no '}' closes; write '$${' for the letters themselves.")]
    [InlineData("a: ${}", "test.yaml:1:4: '${}' names no variable; '${NAME}' or '${NAME:-default}' was wanted (letters, digits and '_').")]
    [InlineData("a: ${1A}", "test.yaml:1:4: '${1A}' names no variable; '${NAME}' or '${NAME:-default}' was wanted (letters, digits and '_').")]
    public void A_variable_that_cannot_be_expanded_is_refused(string text, string message) => Assert.Equal(message, Refusal(() => Parse(text).Text("a")));

    [Fact]
    public void Damaged_files_give_a_spec_exception_and_nothing_else()
    {
        var text = SpecFile.TextWithLayers(
            "conv1: { type: conv, filters: 4, kernel: [3, 3], pad: same, activation: relu }", "fc: { type: dense, units: \"classes\" }");
        var random = new Random(0x5EED);
        const string Letters = "{}[]:,-#&*!|>'\"%@`$ \n\tab0~?";
        var refused = 0;
        for (var i = 0; i < 800; i++)
        {
            var damaged = text.ToCharArray();
            for (var edits = random.Next(1, 4); edits > 0; edits--) damaged[random.Next(damaged.Length)] = Letters[random.Next(Letters.Length)];
            try
            {
                NetworkSpec.Parse(new string(damaged), "test.yaml", static _ => null).Plan(classes: 3);
            }
            catch (SpecException e)
            {
                Assert.StartsWith("test.yaml", e.Message, StringComparison.Ordinal);
                refused++;
            }
        }

        Assert.InRange(refused, 300, 799);
    }

    [Theory]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("maxpool", "maxpol", 1)]
    [InlineData("ab", "ba", 1)]
    [InlineData("", "abc", 3)]
    public void Edits_are_counted(string a, string b, int edits) => Assert.Equal(edits, NearestName.Edits(a, b));

    private static YamlMap Parse(string text) => YamlFile.Parse(text, "test.yaml", static name => name switch
    {
        "HOME_OF_DATA" => "/data",
        "TWELVE" => "12",
        "EMPTY" => "",
        _ => null,
    });

    private static string Refusal(Func<object?> read) => Assert.Throws<SpecException>(read).Message;

    private static string Refusal(Action read) => Assert.Throws<SpecException>(read).Message;
}
