using System.Buffers.Binary;
using Vitrine.Go.Binary;
using Vitrine.Go.Probes.Points;
using Vitrine.Linux.Binaries;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Probes.Points;

/// <summary>A program for arm64 cannot run on the test machine; its instructions have fixed encodings that can be read.</summary>
public class Arm64ProbePointTests
{
    /// <summary>RET; bits 5–9 name the register, x30 except in some assembly.</summary>
    const uint Return = 0xd65f0000, ReturnMask = 0xfffffc1f;

    [Fact]
    public void Points_OfEveryFunction_AreWholeWords()
    {
        var path = GoFixture.Build(GoToolchain.Newest, GoFlavour.Plain, "symbols", "arm64").Path;
        using var binary = GoBinary.Open(ElfFile.Open(path));
        var finder = new ProbePointFinder(binary);
        var file = File.ReadAllBytes(path);
        int found = 0, behindCheck = 0;

        for (var i = 0; i < binary.Functions.Count; i++)
        {
            if (!finder.TryFunction(binary.Functions[i], out var points, out _))
                continue;
            found++;
            var entry = binary.Functions[i].Entry;
            Assert.Equal(0u, points.Entry.Address % 4);
            foreach (var point in points.Returns)
            {
                Assert.Equal(Return, ReturnMask & BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan((int)point.FileOffset)));
                // The kernel simulates RET there.
                Assert.Equal(ProbeMechanism.Emulated, point.Mechanism);
            }
            // ldr x16,[x28,#16]: the stack check begins.
            var at = points.Entry.FileOffset - (points.Entry.Address - entry);
            if (BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan((int)at)) == 0xf9400b90)
            {
                behindCheck++;
                Assert.True(points.Entry.Address >= entry + 12, binary.Functions[i].Name);
                Assert.Equal(0, points.Entry.SpDelta);
            }
        }
        Assert.True(found > binary.Functions.Count * 9 / 10, $"{found} of {binary.Functions.Count}");
        Assert.True(behindCheck > binary.Functions.Count / 3);
    }

    [Fact]
    public void Entry_WithStackCheckAllowed_IsItsBranch()
    {
        using var binary = GoBinary.Open(ElfFile.Open(GoFixture.Build(GoToolchain.Newest, GoFlavour.Plain, "symbols", "arm64").Path));
        var finder = new ProbePointFinder(binary);
        Assert.True(finder.TryBodies("runtime.gopark", out var bodies, out _));

        Assert.True(finder.TryEntry(bodies[0], out var point, out _, allowStackCheck: true));

        Assert.True(point.IsStackCheck);
        Assert.StartsWith("b.cond", point.Instruction, StringComparison.Ordinal);
    }
}
