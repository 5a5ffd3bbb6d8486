namespace MultiAgentInfra.Architecture;

/// <summary>The scanners that the rules stand on see what they must see.</summary>
public sealed class CSharpScannerTests
{
    private const string Sample = """
        using System;

        namespace Sample;

        public sealed record Data(
            int A,
            int B);

        [Attribute("{")]
        public sealed partial class Sample<T>(int a) : IDisposable where T : class
        {
            private static readonly int[] Table =
            [
                1,
                2,
            ];

            public int Size { get; init; } = 3;

            [Attribute(
                "x")]
            public void Method<TItem>() where TItem : class
            {
                if (a == 1) { return; }
                Call(x => { });
            }

            public string Text(int n) => n switch
            {
                1 => "}",
                _ => "{",
            };

            public static bool operator ==(Sample<T> a, Sample<T> b)
            {
                return true;
            }

            private enum Inner
            {
                One,
            }
        }
        """;

    [Theory]
    [InlineData("a // b\nc", "a     \nc")]
    [InlineData("a /* b\n */ c", "a     \n    c")]
    [InlineData("x = \"{ \\\" }\";", "x =         ;")]
    [InlineData("x = '{';", "x =    ;")]
    [InlineData("x = '\\'';", "x =     ;")]
    [InlineData("x = @\"a\"\"{\";", "x =        ;")]
    [InlineData("x = $\"{a(\"}\")}\";", "x =            ;")]
    [InlineData("x = $\"{{\" + y;", "x =       + y;")]
    [InlineData("x = \"\"\"a \"{\" b\"\"\";", "x =              ;")]
    [InlineData("x = $$\"\"\"{ \"\"\"; y", "x =           ; y")]
    public void Comments_and_strings_are_blanked_and_code_stays(string source, string code) =>
        Assert.Equal(code, CSharpText.CodeOf(source));

    [Fact]
    public void Members_are_found_with_their_lengths()
    {
        var members = CSharpMembers.Of(Sample);

        Assert.Equal(
            [("public void Method<TItem>() where TItem : class", 5), ("public string Text(int n)", 5), ("public static bool operator", 4)],
            members.Select(member => (member.Header.Split(" ==")[0], member.Lines)));
    }

    [Fact]
    public void A_method_that_is_too_long_is_found()
    {
        var body = string.Concat(Enumerable.Repeat("        Call(\"}\");\n", 45));
        var source = $"class A\n{{\n    void Short() => Call();\n\n    void Long()\n    {{\n{body}    }}\n}}\n";

        var problem = Assert.Single(SizeRules.LongMembers("A.cs", source));

        Assert.Equal("A.cs:5: void Long() has 48 lines, 40 at most", problem);
    }
}
