using Vitrine.Go.Globals;

namespace Vitrine.Go.Tests.Globals;

public class AnchorTableTextTests
{
    static readonly int[] s_window = [19, 21, 22, 23, 24, 25, 26, 27];

    public static MatrixTheoryData<int, string> Tables() => new(s_window, ["amd64", "arm64"]);

    [Theory, MemberData(nameof(Tables))]
    public void Write_EmbeddedTable_GivesTheBytesItWasReadFrom(int minor, string architecture)
    {
        AnchorTable table = AnchorTables.Find(minor, architecture)!;
        using var first = new StringWriter();
        AnchorTableText.Write(table, first);
        using var second = new StringWriter();
        AnchorTableText.Write(AnchorTableText.Read(new StringReader(first.ToString())), second);

        Assert.Equal(first.ToString(), second.ToString());
        Assert.Equal(minor, table.Minor);
        Assert.True(table.Functions.Length > 100);
    }

    [Theory]
    [InlineData("amd64")]
    [InlineData("arm64")]
    public void Minors_Embedded_AreTheTestedWindow(string architecture) => Assert.Equal(s_window, AnchorTables.Minors(architecture));

    [Theory]
    [InlineData("symbol runtime.x d 8")]
    [InlineData("go 1.26 go1.26 amd64\nfunction f q8d")]
    [InlineData("go 1.26 go1.26 amd64\nfunction f r8d:0")]
    [InlineData("go 1.26 go1.26 amd64\nsymbol runtime.x d eight")]
    [InlineData("go 1.26 go1.26 amd64\nsomething else")]
    public void Read_NoTable_ThrowsFormatException(string text) =>
        Assert.Throws<FormatException>(() => AnchorTableText.Read(new StringReader(text)));
}
