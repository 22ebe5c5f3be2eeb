using System.Buffers.Binary;
using Vitrine.Go.Globals;

namespace Vitrine.Go.Tests.Globals;

public class Arm64InstructionReferencesTests
{
    const ulong At = 0x10_0000;
    const uint NextPageToX27 = 0xb000_001b; // ADRP X27, .+0x1000
    const uint PageBeforeToX27 = 0xf0ff_fffb; // ADRP X27, .-0x1000

    [Theory]
    [InlineData(0x9100_4362, 0x10_1010, "Address", 0)] // ADD X2, X27, #16
    [InlineData(0xf940_0760, 0x10_1008, "Read", 8)] // LDR X0, [X27, #8]
    [InlineData(0xb900_0761, 0x10_1004, "Write", 4)] // STR W1, [X27, #4]
    [InlineData(0x3940_0763, 0x10_1001, "Read", 1)] // LDRB W3, [X27, #1]
    [InlineData(0x7900_0763, 0x10_1002, "Write", 2)] // STRH W3, [X27, #2]
    [InlineData(0xb980_0764, 0x10_1004, "Read", 4)] // LDRSW X4, [X27, #4]
    [InlineData(0x3dc0_0765, 0x10_1010, "Read", 16)] // LDR Q5, [X27, #16]
    [InlineData(0x3d80_0765, 0x10_1010, "Write", 16)] // STR Q5, [X27, #16]
    [InlineData(0xfd40_0765, 0x10_1008, "Read", 8)] // LDR D5, [X27, #8]
    public void Collect_PageAndUse_IsOneReference(uint use, ulong address, string kind, byte width)
    {
        DataReference reference = Assert.Single(Collect(NextPageToX27, use));

        Assert.Equal(new DataReference(address, Enum.Parse<AccessKind>(kind), width, DataArea.Data), reference);
    }

    [Theory]
    [InlineData(0xf980_0360)] // PRFM PLDL1KEEP, [X27]
    [InlineData(0xf940_0740)] // LDR X0, [X26, #8]: another register
    [InlineData(0xd65f_03c0)] // RET
    [InlineData(0x8b02_0362)] // ADD X2, X27, X2: no immediate
    public void Collect_PageWithoutUse_IsNone(uint use) => Assert.Empty(Collect(NextPageToX27, use));

    [Fact]
    public void Collect_PageBehind_IsSignExtended() =>
        Assert.Equal(At - 0x1000 + 8, Assert.Single(Collect(PageBeforeToX27, 0xf940_0760)).Address);

    [Fact]
    public void Collect_CodeThatEndsInThePair_IsNone() => Assert.Empty(Collect(NextPageToX27));

    static List<DataReference> Collect(params uint[] words)
    {
        byte[] code = new byte[words.Length * 4];
        for (int i = 0; i < words.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(code.AsSpan(i * 4), words[i]);
        List<DataReference> found = [];
        new Arm64InstructionReferences().Collect(code, At, new DataEverywhere(), found);
        return found;
    }

    sealed class DataEverywhere : IAnchorImage
    {
        public bool TryGetFunction(string name, out ulong entry, out ReadOnlyMemory<byte> code)
        {
            (entry, code) = (0, default);
            return false;
        }

        public DataArea? AreaOf(ulong address) => DataArea.Data;
    }
}
