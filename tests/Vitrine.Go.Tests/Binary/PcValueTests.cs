using FsCheck;
using FsCheck.Fluent;
using Vitrine.Go.Binary;

namespace Vitrine.Go.Tests.Binary;

public class PcValueTests
{
    // Value starts at -1: +1 (zigzag 2) for 4 bytes of code, then +16 (32) for 6, then -16 (31) for 2, end.
    static readonly byte[] Table = [2, 4, 32, 6, 31, 2, 0, 0xff, 0xff];

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 0)]
    [InlineData(4, 16)]
    [InlineData(9, 16)]
    [InlineData(10, 0)]
    [InlineData(11, 0)]
    [InlineData(12, -1)]
    public void Find_PcInTable_GivesTheValueInForce(int pc, int expected) => Assert.Equal(expected, PcValue.Find(Table, (ulong)pc, quantum: 1));

    [Fact]
    public void Find_QuantumOfArm64_CountsInstructions() => Assert.Equal(16, PcValue.Find(Table, 4 * 4, quantum: 4));

    [Fact]
    public void Find_TableWithoutEnd_GivesUp()
    {
        // No step ever moves the pc: a loop that trusts the table would not end.
        var endless = new byte[4 * GoBinaryLimits.MaxPcValueSteps];
        for (var i = 0; i < endless.Length; i += 2)
            endless[i] = 2;
        Assert.Equal(-1, PcValue.Find(endless, 1, quantum: 1));
    }

    [Fact]
    public void Find_AnyBytes_NeverThrows() =>
        Prop.ForAll<byte[], ulong>((table, pc) => { PcValue.Find(table, pc, 1); }).QuickCheckThrowOnFailure();
}
