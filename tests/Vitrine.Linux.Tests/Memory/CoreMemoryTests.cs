using System.Globalization;
using Vitrine.Linux.Binaries;
using Vitrine.Linux.Memory;
using Vitrine.Linux.Processes;
using Vitrine.Linux.Tests.Support;

namespace Vitrine.Linux.Tests.Memory;

public sealed class CoreMemoryTests
{
    [Fact]
    public void Notes_OfACoreDump_AreUnderstood()
    {
        using var core = CoreMemory.Parse(ElfBuilder.Core(), "core", null, _ => null);
        Assert.Equal((101, "server", "server -v"), (core.ProcessId, core.CommandName, core.Arguments));
        Assert.Equal([101, 102], core.Threads.Select(t => t.ThreadId));
        var first = core.Threads[0];
        Assert.Equal((6, 0x400010UL, 0x7fff0000UL, 0x7fff0100UL, 0xc000002000UL), (first.Signal, first.InstructionPointer, first.StackPointer, first.FramePointer, first.GoroutineRegister));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], core.AuxiliaryVector.ToArray());
        var file = Assert.Single(core.MappedFiles);
        Assert.Equal((0x400000UL, 0x403000UL, "/no/such/file"), (file.Start, file.End, file.Path));
        Assert.Contains("cannot be opened", file.Reason, StringComparison.Ordinal);
        Assert.False(core.IsTruncated);
    }

    [Fact]
    public void OmittedPages_AreReadFromTheFileOnlyWhenItStillMatches()
    {
        using var program = new CProgram("int main(void) { return 0; }");
        var file = File.ReadAllBytes(program.Path);
        var dump = ElfBuilder.Core(program.Path, file[..4096]);
        byte[] page = new byte[4096], expected = file[4096..8192];
        using (var core = CoreMemory.Parse(dump, "core", null, null))
        {
            Assert.Null(core.MappedFiles[0].Reason);
            Assert.True(core.TryRead(0x400000, page));
            Assert.Equal(file[..4096], page);
            Assert.True(core.TryRead(0x401000, page));
            Assert.Equal(expected, page);
            Assert.True(core.TryReadUInt64(0x401000 - 4, out _));
            Assert.Equal(0, core.Read(0x500000, page));
            using var plan = new ReadPlan();
            plan.Add(0x401000, 8);
            plan.Add(0x500000, 8);
            core.Read(plan);
            Assert.True(plan.Ok(0) && !plan.Ok(1));
        }

        // The program was rebuilt since: nothing of it is shown.
        file[0x100] ^= 1;
        File.WriteAllBytes(program.Path, file);
        using (var core = CoreMemory.Parse(dump, "core", null, null))
        {
            Assert.Contains("has changed", core.MappedFiles[0].Reason, StringComparison.Ordinal);
            Assert.True(core.TryRead(0x400000, page));
            Assert.Equal(0, core.Read(0x401000, page));
        }
    }

    [Fact]
    public void TruncatedDump_ReadsWhatIsThereAndSaysSo()
    {
        var dump = ElfBuilder.Core();
        using var core = CoreMemory.Parse(dump.AsMemory(0, dump.Length - 1000), "core", null, _ => null);
        Assert.True(core.IsTruncated);
        Assert.Equal(3096, core.Read(0x400000, new byte[4096]));
    }

    [Fact]
    public void Open_OfAnExecutable_SaysItIsNone()
    {
        using var program = new CProgram("int main(void) { return 0; }");
        Assert.Contains("not a core dump", Assert.Throws<BadBinaryException>(() => CoreMemory.Open(program.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RealDump_OfAThreadedProcess_EqualsItsMemory()
    {
        Tool.Require("gcore");
        const string source = """
            #include <pthread.h>
            #include <stdio.h>
            #include <unistd.h>
            const char text[] = "constant text of the program"; char *volatile heap;
            static void *wait_forever(void *unused) { pause(); return unused; }
            int main(void) { pthread_t t; pthread_create(&t, 0, wait_forever, 0); printf("%p %p\n", (void *)text, (void *)main); fflush(stdout); pause(); }
            """;
        using var program = new CProgram(source, "-pthread");
        using var child = new Child(program.Path);
        var addresses = child.Output.ReadLine()!.Split(' ').Select(a => ulong.Parse(a[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray();
        var prefix = Path.Combine(Path.GetDirectoryName(program.Path)!, "core");
        Tool.Run("gcore", "-o", prefix, child.Pid.ToString(CultureInfo.InvariantCulture));
        using var core = CoreMemory.Open($"{prefix}.{child.Pid}");
        using var live = LiveMemory.Open(LinuxProcess.Open(child.Pid));
        Assert.Equal(2, core.Threads.Count);
        Assert.Equal(child.Pid, core.ProcessId);
        Assert.Equal("constant text of the program", core.ReadUtf8(addresses[0], 28, 100));
        byte[] fromCore = new byte[64], fromProcess = new byte[64];
        Assert.True(core.TryRead(addresses[1], fromCore) && live.TryRead(addresses[1], fromProcess));
        Assert.Equal(fromProcess, fromCore);
        foreach (var thread in core.Threads)
        {
            Assert.True(core.TryRead(thread.StackPointer, fromCore) && live.TryRead(thread.StackPointer, fromProcess));
            Assert.Equal(fromProcess, fromCore);
        }
    }
}
