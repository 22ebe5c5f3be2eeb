using System.Text;
using Vitrine.Doors.Looks;
using Vitrine.Doors.Unix;

namespace Vitrine.Doors.Tests.Unix;

public sealed class LookLineTests
{
    [Theory]
    [InlineData("heap", "heap", ""), InlineData("GET heap", "heap", ""), InlineData("  heap   seconds=5 ", "heap", "seconds=5"), InlineData("profile seconds=5 rate=99 raw=1", "profile", "seconds=5&rate=99&raw=1"),
     InlineData("goroutine debug=2 debug=1", "goroutine", "debug=2"), InlineData("heap gc=1 debug=x", "heap", "gc=1"), InlineData("GET GET", "GET", "")]
    public void Parse_ALook_IsWhatItSays(string text, string name, string query)
    {
        var line = LookLine.Parse(Encoding.Latin1.GetBytes(text), out var problem);

        Assert.Equal((name, query, ""), (line!.Name, line.Query.ToString(), problem));
    }

    [Theory]
    [InlineData(""), InlineData("   "), InlineData("GET"), InlineData("heap 5"), InlineData("heap seconds"), InlineData("heap =5"), InlineData("heap colour=blue"), InlineData("heap\tseconds=5"), InlineData("h\u00e4p"), InlineData("heap\0")]
    public void Parse_Anything_IsRefusedWithASentence(string text)
    {
        Assert.Null(LookLine.Parse(Encoding.Latin1.GetBytes(text), out var problem));
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void Parse_Service_IsNamed() => Assert.Equal("shop", LookLine.Parse("heap service=shop"u8, out _)!.Service);
}
