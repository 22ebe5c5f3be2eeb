using System.Diagnostics;
using System.Globalization;
using Vitrine.Linux.Memory;
using Vitrine.Linux.Processes;
using Vitrine.Linux.Tests.Support;
using Vitrine.TestTargets;

namespace Vitrine.Linux.Tests.Memory;

public sealed class LiveMemoryTests
{
    // Prints the address of a text and waits; a line "exec" replaces the program by sleep, "exit" ends it.
    const string Source = """
        #include <stdio.h>
        #include <string.h>
        #include <unistd.h>
        char text[64] = "hello from the target";
        int main(void) {
            char line[16];
            printf("%p\n", (void *)text); fflush(stdout);
            while (fgets(line, sizeof line, stdin)) {
                if (!strncmp(line, "exec", 4)) { execlp("sleep", "sleep", "60", (char *)0); return 1; }
                if (!strncmp(line, "exit", 4)) return 0;
            }
            pause();
        }
        """;

    [Fact]
    public void Read_OfAnotherProcess_GivesItsBytes()
    {
        using var program = new CProgram(Source);
        using var child = new Child(program.Path);
        using var memory = LiveMemory.Open(LinuxProcess.Open(child.Pid));
        var address = ReadAddress(child);
        Assert.Equal("hello from the target", memory.ReadUtf8(address, 21, 100));
        Assert.Null(memory.ReadUtf8(address, 101, 100));
        Assert.Null(memory.ReadUtf8(address, -1, 100));
        Assert.Null(memory.ReadUtf8(0, 1, 100));
        Assert.Equal("", memory.ReadUtf8(0, 0, 100));
        Assert.Equal(0, memory.Read(0, new byte[8]));
        Assert.Equal(0, memory.Read(ulong.MaxValue, new byte[8]));
        Assert.False(memory.UsesProcMem);
    }

    [Fact]
    public void Read_AcrossTheEndOfAMapping_GivesThePrefix()
    {
        using var area = new PageArea(4);
        area.MakeHole(2);
        using var memory = LiveMemory.Open(LinuxProcess.Open(Environment.ProcessId));
        var bytes = new byte[4096 * 3];
        Assert.Equal((4096 * 2) - 10, memory.Read(area.Address + 10, bytes));
        Assert.True(bytes.AsSpan(0, (4096 * 2) - 10).SequenceEqual(area.Bytes[10..(4096 * 2)]));
        Assert.False(memory.TryRead(area.Address + 4096, bytes));
    }

    [Fact]
    public void Read_ByProcMem_EqualsReadByVector()
    {
        using var area = new PageArea(32);
        area.MakeHole(5);
        area.MakeHole(20);
        var process = LinuxProcess.Open(Environment.ProcessId);
        using var vector = LiveMemory.Open(process);
        using var file = LiveMemory.Open(process, useFile: true);
        Assert.True(file.UsesProcMem);
        var random = new Random(9);
        using ReadPlan first = new(), second = new();
        for (var i = 0; i < 2000; i++)
        {
            var address = area.Address + (ulong)random.Next(area.Length);
            var length = random.Next(1, 5000);
            if (address + (ulong)length > area.Address + (ulong)area.Length)
                continue;
            first.Add(address, length);
            second.Add(address, length);
        }
        vector.Read(first);
        file.Read(second);
        for (var i = 0; i < first.Count; i++)
        {
            Assert.Equal(first.Ok(i), second.Ok(i));
            Assert.True(first[i].SequenceEqual(second[i]));
        }
        Assert.Contains(Enumerable.Range(0, first.Count), i => !first.Ok(i));
    }

    [Theory]
    [InlineData(1)]  // EPERM: what older seccomp profiles of container engines answer
    [InlineData(38)] // ENOSYS: newer ones, and kernels without CROSS_MEMORY_ATTACH
    public void Read_WhereAFilterRefusesTheVector_UsesProcMem(int errno)
    {
        using var program = new CProgram(Source);
        using var child = new Child(program.Path);
        var address = ReadAddress(child);
        var process = LinuxProcess.Open(child.Pid);
        WithoutVectorReads.Run(errno, () =>
        {
            using var memory = LiveMemory.Open(process);
            Assert.True(memory.UsesProcMem);
            Assert.Equal("hello from the target", memory.ReadUtf8(address, 21, 100));
            using var plan = new ReadPlan();
            plan.Add(address, 5);
            plan.Add(0, 5);
            memory.Read(plan);
            Assert.True(plan.Ok(0) && !plan.Ok(1));
            child.Kill();
            Assert.Throws<TargetGoneException>(() => memory.Read(plan));
        });
    }

    [Theory]
    [InlineData("exit", "ended")]
    [InlineData("kill", "ended")]
    [InlineData("exec", "exec")]
    public void Read_AfterTheProcessIsGone_SaysSo(string how, string said)
    {
        using var program = new CProgram(Source);
        using var child = new Child(program.Path);
        var process = LinuxProcess.Open(child.Pid);
        using var memory = LiveMemory.Open(process);
        using var byFile = LiveMemory.Open(process, useFile: true);
        var address = ReadAddress(child);
        Assert.True(memory.TryReadUInt64(address, out _));
        using var plan = new ReadPlan();
        plan.Add(address, 8);
        memory.Read(plan);
        Assert.True(plan.Ok(0));

        if (how == "kill")
        {
            child.Kill();
        }
        else
        {
            child.Input.WriteLine(how);
            child.Input.Flush();
            if (how == "exit")
                child.WaitForExit();
            else
                Until.True(() => process.CommandName == "sleep", () => "exec of sleep");
        }

        foreach (var reader in new[] { memory, byFile })
        {
            Assert.Contains(said, Assert.Throws<TargetGoneException>(() => reader.TryReadUInt64(address, out _)).Message, StringComparison.Ordinal);
            Assert.Throws<TargetGoneException>(() => reader.Read(plan));
            Assert.False(plan.Ok(0));
            Assert.True(plan[0].IsEmpty);
        }
        Assert.Equal(how == "exec", process.IsAlive());
    }

    [Fact]
    public void Read_InTheMiddleOfWhichTheProcessExits_NeverReturnsHalfAPlan()
    {
        for (var round = 0; round < 5; round++)
        {
            using var program = new CProgram(Source);
            using var child = new Child(program.Path);
            using var memory = LiveMemory.Open(LinuxProcess.Open(child.Pid));
            var address = ReadAddress(child);
            using var plan = new ReadPlan { CoalesceGap = 0 };
            for (var i = 0; i < 20_000; i++)
                plan.Add(address + (ulong)(i % 3 * 8), 8);
            var killer = Task.Run(child.Kill);
            var reads = 0;
            Assert.Throws<TargetGoneException>(() =>
            {
                for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(20); reads++)
                {
                    memory.Read(plan);
                    Assert.True(plan.Ok(0) && plan.Ok(plan.Count - 1));
                    Assert.Equal((byte)'h', plan[0][0]);
                }
            });
            Assert.False(plan.Ok(0));
            killer.Wait(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void Open_OfAProcessThatIsGone_SaysSo()
    {
        using var child = new Child("sleep", "60");
        var process = LinuxProcess.Open(child.Pid);
        child.Kill();
        Assert.Throws<TargetGoneException>(() => LiveMemory.Open(process));
        Assert.Throws<TargetGoneException>(() => LinuxProcess.Open(child.Pid));
    }

    [Fact]
    public void Open_OfAKernelThread_IsNotACrash()
    {
        Assert.SkipUnless(Directory.Exists("/proc/2") && File.ReadAllText("/proc/2/comm").StartsWith("kthreadd", StringComparison.Ordinal), "no kernel threads in this pid namespace");
        var process = LinuxProcess.Open(2);
        Assert.Empty(process.CommandLine);
        Assert.Null(process.ExecutablePath);
        Assert.ThrowsAny<Exception>(() => LiveMemory.Open(process));
    }

    [Fact]
    public void Read_OfABusyProcess_NeverStopsItAndChangesNothing()
    {
        // Counts up in two threads and prints what it saw of itself: a stop would show as state t or T, a signal as a line.
        const string source = """
            #include <pthread.h>
            #include <stdio.h>
            #include <unistd.h>
            volatile unsigned long counter; unsigned char area[1 << 20];
            static void *spin(void *unused) { for (;;) { counter++; usleep(50); } return unused; }
            int main(void) {
                pthread_t thread; for (unsigned i = 0; i < sizeof area; i++) area[i] = (unsigned char)(i * 7);
                pthread_create(&thread, 0, spin, 0);
                printf("%p\n", (void *)area); fflush(stdout);
                for (char c; read(0, &c, 1) == 1 && c != 'q';) { }
                unsigned long sum = 0; for (unsigned i = 0; i < sizeof area; i++) sum = sum * 31 + area[i];
                printf("%lu\n", sum);
            }
            """;
        using var program = new CProgram(source, "-pthread");
        using var child = new Child(program.Path);
        var process = LinuxProcess.Open(child.Pid);
        using var memory = LiveMemory.Open(process);
        var address = ReadAddress(child);
        using var plan = new ReadPlan();
        for (var i = 0; i < 4096; i++)
            plan.Add(address + (ulong)(i * 256), 100);

        var before = Status(child.Pid);
        using var done = new CancellationTokenSource();
        var states = new HashSet<char>();
        var watcher = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                foreach (var thread in process.Threads())
                    states.Add(thread.State);
            }
        });
        for (var i = 0; i < 500; i++)
        {
            memory.Read(plan);
            memory.TryReadUInt64(address, out _);
        }
        done.Cancel();
        watcher.Wait(TestContext.Current.CancellationToken);

        Assert.NotEmpty(states);
        Assert.DoesNotContain('t', states);
        Assert.DoesNotContain('T', states);
        Assert.Equal(0, process.TracerPid);
        Assert.Equal(before, Status(child.Pid));
        child.Input.Write('q');
        child.Input.Flush();
        var expected = 0UL;
        for (var i = 0; i < 1 << 20; i++)
            expected = (expected * 31) + (byte)(i * 7);
        Assert.Equal(expected, ulong.Parse(child.Output.ReadLine()!, CultureInfo.InvariantCulture));

        // Signals pending or caught and the size of its memory: nothing of it moves by being read.
        static string Status(int pid) => string.Join('\n', File.ReadLines($"/proc/{pid}/status").Where(l => l.StartsWith("SigPnd", StringComparison.Ordinal) || l.StartsWith("ShdPnd", StringComparison.Ordinal) || l.StartsWith("VmSize", StringComparison.Ordinal)));
    }

    [Fact]
    public void Source_NamesNoCallThatWritesOrStops()
    {
        var folder = Path.Combine(Checkout.Root, "src", "Vitrine.Linux");
        string[] forbidden = ["\"process_vm_writev\"", "\"ptrace\"", "\"kill\"", "\"tgkill\"", "\"pwrite", "\"process_madvise\"", "\"pidfd_send_signal\""];
        foreach (var file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Where(f => !f.Contains("/obj/", StringComparison.Ordinal)))
        {
            var text = File.ReadAllText(file);
            Assert.All(forbidden, word => Assert.False(text.Contains("EntryPoint = " + word, StringComparison.Ordinal), $"{file} declares {word}"));
        }
    }

    static ulong ReadAddress(Child child) => ulong.Parse(child.Output.ReadLine()![2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
