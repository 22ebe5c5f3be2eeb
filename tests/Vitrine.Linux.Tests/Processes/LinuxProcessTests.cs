using System.Diagnostics;
using System.Globalization;
using System.Text;
using Vitrine.Linux.Binaries;
using Vitrine.Linux.Memory;
using Vitrine.Linux.Processes;
using Vitrine.Linux.Tests.Support;
using Vitrine.TestTargets;

namespace Vitrine.Linux.Tests.Processes;

public sealed class LinuxProcessTests
{
    [Fact]
    public void Facts_OfAChild_EqualPs()
    {
        using var child = new Child("sleep", "61.5");
        var process = LinuxProcess.Open(child.Pid);
        // Until it sleeps its memory grows.
        Until.True(() => process.CommandName == "sleep" && process.State == 'S', () => "sleep sleeps");
        Assert.Equal(["sleep", "61.5"], process.CommandLine);
        Assert.Equal("sleep", Path.GetFileName(process.ExecutablePath));
        Assert.False(process.ExecutableDeleted);
        Assert.Equal(Ps("uid"), process.Uid.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(Ps("gid"), process.Gid.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(Ps("rss"), (process.ResidentBytes / 1024).ToString(CultureInfo.InvariantCulture));
        Assert.InRange(process.Uptime.TotalSeconds - double.Parse(Ps("etimes"), CultureInfo.InvariantCulture), -1.5, 2.5);
        Assert.InRange((DateTimeOffset.UtcNow - process.StartedAt).TotalSeconds, 0, 30);
        Assert.Equal(0, process.TracerPid);
        Assert.Equal(Tool.Run("readlink", $"/proc/{child.Pid}/ns/net").Trim(), $"net:[{process.Namespaces.Network}]");
        Assert.Equal(Tool.Run("readlink", $"/proc/{child.Pid}/ns/mnt").Trim(), $"mnt:[{process.Namespaces.Mount}]");
        Assert.Equal(ulong.Parse(File.ReadLines($"/proc/{child.Pid}/status").Single(l => l.StartsWith("CapEff", StringComparison.Ordinal))[8..], NumberStyles.HexNumber, CultureInfo.InvariantCulture), process.Capabilities.Effective);
        Assert.True(process.IsAlive());
        Assert.True(process.ReadMemoryUsage() is { ResidentBytes: > 0, ProportionalBytes: > 0 } or null);

        child.Kill();
        Assert.False(process.IsAlive());
        Assert.Throws<TargetGoneException>(() => process.CommandName);
        Assert.Throws<TargetGoneException>(() => process.CommandLine);
        Assert.Throws<TargetGoneException>(() => process.Maps());
        Assert.Throws<TargetGoneException>(() => process.Threads());
        Assert.Throws<TargetGoneException>(() => process.OpenExecutable());

        string Ps(string column) => Tool.Run("ps", "-o", column + "=", "-p", child.Pid.ToString(CultureInfo.InvariantCulture)).Trim();
    }

    [Fact]
    public void Maps_OfAChild_EqualTheFile()
    {
        using var child = new Child("sleep", "60");
        var process = LinuxProcess.Open(child.Pid);
        Until.True(() => process.CommandName == "sleep" && process.State == 'S', () => "sleep sleeps");
        var lines = File.ReadAllLines($"/proc/{child.Pid}/maps");
        var maps = process.Maps();
        Assert.Equal(lines.Length, maps.Count);
        foreach (var (line, map) in lines.Zip(maps))
        {
            var permissions = $"{(map.Permissions.HasFlag(MapPermissions.Read) ? 'r' : '-')}{(map.Permissions.HasFlag(MapPermissions.Write) ? 'w' : '-')}{(map.Permissions.HasFlag(MapPermissions.Execute) ? 'x' : '-')}{(map.Permissions.HasFlag(MapPermissions.Shared) ? 's' : 'p')}";
            var text = $"{map.Start:x8}-{map.End:x8} {permissions} {map.Offset:x8} {map.DeviceMajorMinor} {map.Inode} ";
            Assert.Equal(line, map.Path.Length == 0 ? text : text.PadRight(73) + map.Path);
        }
    }

    [Fact]
    public void Maps_WithAHostileFileName_AreParsedRight()
    {
        var maps = MapsParser.Parse("7f00-8000 r-xp 00001000 fd:01 42                 /tmp/a b\\012ffff0000-ffffffff rwxp (deleted)\nnonsense\n8000-7000 r--p 0 0:0 0\n9000-a000 ---p 00000000 00:00 0 \n"u8, Limits.Default);
        Assert.Equal(2, maps.Count);
        Assert.Equal("/tmp/a b\nffff0000-ffffffff rwxp (deleted)", maps[0].Path);
        Assert.Equal((0x7f00UL, 0x8000UL, MapPermissions.Read | MapPermissions.Execute, 0x1000UL, 42UL), (maps[0].Start, maps[0].End, maps[0].Permissions, maps[0].Offset, maps[0].Inode));
        Assert.Equal((MapPermissions.None, ""), (maps[1].Permissions, maps[1].Path));
    }

    [Fact]
    public void Maps_BeyondTheLimit_AreCut()
    {
        Assert.Equal(3, LinuxProcess.Open(Environment.ProcessId, new Limits { MaxMaps = 3 }).Maps().Count);
    }

    [Fact]
    public void Threads_OfThisProcess_HaveNamesStatesAndTimes()
    {
        using var stop = new ManualResetEventSlim();
        var busy = new Thread(() =>
        {
            while (!stop.IsSet)
                Thread.SpinWait(1000);
        });
        var idle = new Thread(() => stop.Wait());
        busy.Name = "vitrine spins";
        idle.Name = "vitrine (id) 1";
        busy.Start();
        idle.Start();
        var process = LinuxProcess.Open(Environment.ProcessId);
        IReadOnlyList<ThreadInfo> threads = [];
        Until.True(() => (threads = process.Threads()).Any(t => t.Name == "vitrine spins" && t.UserTime + t.SystemTime > TimeSpan.FromMilliseconds(50)) && threads.Any(t => t is { Name: "vitrine (id) 1", State: 'S' }),
            () => "the busy thread has used CPU time and the idle one waits");
        Assert.Contains(threads, t => t.ThreadId == Environment.ProcessId);
        Assert.Equal(threads.OrderBy(t => t.ThreadId).Select(t => t.ThreadId), threads.Select(t => t.ThreadId));
        Assert.Equal(2, LinuxProcess.Open(Environment.ProcessId, new Limits { MaxThreads = 2 }).Threads().Count);
        stop.Set();
        busy.Join();
        idle.Join();
    }

    [Theory]
    [InlineData("a) R 1 (b")]
    [InlineData("new\nline")]
    [InlineData("\u001b[31mred")]
    [InlineData(") ) )")]
    [InlineData(" ")]
    public void CommandName_ThatIsHostile_IsParsedRight(string name)
    {
        const string source = """
            #include <stdio.h>
            #include <sys/prctl.h>
            #include <unistd.h>
            int main(int argc, char **argv) { prctl(PR_SET_NAME, argv[1]); puts("ready"); fflush(stdout); pause(); return argc; }
            """;
        using var program = new CProgram(source);
        using var child = new Child(program.Path, name);
        Assert.Equal("ready", child.Output.ReadLine());
        var process = LinuxProcess.Open(child.Pid);
        Assert.Equal(name, process.CommandName);
        Assert.Equal([program.Path, name], process.CommandLine);
        Until.True(() => process.State == 'S', () => "it sleeps");
        Assert.Equal(0, process.TracerPid);
        Assert.NotEqual(uint.MaxValue, process.Uid);
        Assert.Equal(name, process.Threads().Single().Name);
    }

    [Fact]
    public void Executable_DeletedWhileItRuns_CanStillBeOpened()
    {
        using var program = new CProgram("#include <unistd.h>\nint main(void) { pause(); }");
        var copy = program.Path + " x (deleted";
        File.Copy(program.Path, copy);
        File.SetUnixFileMode(copy, (UnixFileMode)0b111_101_101);
        using var child = new Child(copy);
        var process = LinuxProcess.Open(child.Pid);
        Until.True(() => process.ExecutablePath == copy, () => "exec");
        Assert.False(process.ExecutableDeleted);
        var before = File.ReadAllBytes(copy);
        File.Delete(copy);
        Assert.True(process.ExecutableDeleted);
        Assert.Equal(copy, process.ExecutablePath);
        using var elf = process.OpenElf();
        Assert.True(elf.Bytes(0, elf.Length).SequenceEqual(before));
    }

    /// <summary>The kernel tells the thread that attached, Delve's for instance, which need not be the first of its process.</summary>
    [Theory]
    [InlineData("attach(argv);")]
    [InlineData("pthread_t thread; if (pthread_create(&thread, 0, attach, argv)) return 1;")]
    public void Tracer_OfAStoppedProcess_IsKnown(string inWhichThread)
    {
        var source = $$"""
            #include <pthread.h>
            #include <stdlib.h>
            #include <sys/ptrace.h>
            #include <unistd.h>
            static void *attach(void *argv) { if (ptrace(PTRACE_ATTACH, atoi(((char **)argv)[1]), 0, 0)) exit(1); pause(); return 0; }
            int main(int argc, char **argv) { {{inWhichThread}} pause(); }
            """;
        using var program = new CProgram(source, "-pthread");
        using var child = new Child("sleep", "60");
        using var debugger = new Child(program.Path, child.Pid.ToString(CultureInfo.InvariantCulture));
        var process = LinuxProcess.Open(child.Pid);
        Until.True(() => process.TracerPid != 0, () => "the debugger is attached");
        Assert.Equal(debugger.Pid, process.TracerPid);
        Assert.Equal(new ProcessTracer(debugger.Pid, "program", LinuxProcess.Open(Environment.ProcessId).Uid), process.Tracer);
        Until.True(() => process.State == 't', () => "the process is stopped");
        debugger.Kill();
        Until.True(() => process.TracerPid == 0, () => "the debugger is gone");
    }

    [Fact]
    public void Executable_InAnotherMountAndPidNamespace_CanBeOpened()
    {
        Prerequisite.Root();
        Tool.Require("unshare");
        using var program = new CProgram("#include <stdio.h>\n#include <unistd.h>\nint main(void) { puts(\"ready\"); fflush(stdout); pause(); }");
        var expected = File.ReadAllBytes(program.Path);

        // The program is copied to a file system that only the new namespace sees, and is pid 1 there.
        var script = $"mount -t tmpfs none /mnt && cp {program.Path} /mnt/hidden && exec /mnt/hidden";
        using var child = new Child("unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script);
        var line = child.Output.ReadLine();
        Assert.SkipWhen(line is null, "this machine does not allow namespaces");
        var pid = ProcessList.Pids().Single(IsHidden);
        var process = LinuxProcess.Open(pid);
        Assert.Equal("/mnt/hidden", process.ExecutablePath);
        Assert.False(File.Exists("/mnt/hidden"));
        Assert.Equal(1, process.InnermostPid);
        Assert.NotEqual(LinuxProcess.Open(Environment.ProcessId).Namespaces.Mount, process.Namespaces.Mount);
        Assert.NotEqual(LinuxProcess.Open(Environment.ProcessId).Namespaces.Pid, process.Namespaces.Pid);
        using var elf = process.OpenElf();
        Assert.True(elf.Bytes(0, elf.Length).SequenceEqual(expected));
        using var memory = LiveMemory.Open(process);
        Assert.True(memory.TryReadUInt32(process.Maps()[0].Start, out var magic));
        Assert.Equal(0x464c457fu, magic);

        static bool IsHidden(int pid)
        {
            try
            {
                return LinuxProcess.Open(pid).ExecutablePath == "/mnt/hidden";
            }
            catch (TargetGoneException)
            {
                return false;
            }
        }
    }

    [Fact]
    public void Resolve_Names_FollowsTheRules()
    {
        using var program = new CProgram("#include <unistd.h>\nint main(void) { pause(); }");
        var name = "vitrine-test-very-long-name-" + Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        var path = Path.Combine(Path.GetDirectoryName(program.Path)!, name);
        File.Copy(program.Path, path);
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        using var first = new Child(path);
        using var second = new Child(path);
        Until.True(() => ProcessList.Resolve(name).Count == 2, () => "both have exec'd");
        Assert.Equal(new[] { first.Pid, second.Pid }.Order(), ProcessList.Resolve(name));
        Assert.Equal(new[] { first.Pid, second.Pid }.Order(), ProcessList.Resolve(path));
        Assert.Equal(new[] { first.Pid, second.Pid }.Order(), ProcessList.Resolve(name[..15]));
        Assert.Empty(ProcessList.Resolve(name[..20]));
        Assert.Empty(ProcessList.Resolve(name[8..]));
        Assert.Equal([first.Pid], ProcessList.Resolve(first.Pid.ToString(CultureInfo.InvariantCulture)));
        Assert.Empty(ProcessList.Resolve("4194305"));
        Assert.Empty(ProcessList.Resolve("99999999999999999999"));
        Assert.Contains(first.Pid, ProcessList.Pids());
        Assert.Contains(Environment.ProcessId, ProcessList.Pids());
    }

    [Fact]
    public void Pids_EqualTheFoldersOfProc()
    {
        using var child = new Child("sleep", "60");
        var listed = ProcessList.Pids().ToList();
        var truth = Tool.Run("ls", "/proc").Split('\n').Where(n => int.TryParse(n, out _)).Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToHashSet();
        Assert.Contains(child.Pid, listed);
        Assert.Equal(listed.Order(), listed);
        Assert.True(listed.Count(truth.Contains) >= truth.Count - 20);
    }

    [Fact]
    public void ReusedPid_IsNotTakenForTheOldProcess()
    {
        // The kernel gives the next free pid behind ns_last_pid, which root may set. Others take pids as well, so it may need several attempts.
        const string lastPid = "/proc/sys/kernel/ns_last_pid";
        Prerequisite.Root();
        for (var attempt = 0; attempt < 200; attempt++)
        {
            using var first = new Child("sleep", "60");
            var process = LinuxProcess.Open(first.Pid);
            using var memory = LiveMemory.Open(process);
            using var plan = new ReadPlan();
            plan.Add(process.Maps()[0].Start, 8);
            first.Kill();

            // Start times have a resolution of 10 ms; a pid cannot come back within one tick unless somebody arranges for it, as this test does.
            Thread.Sleep(25);
            try
            {
                File.WriteAllText(lastPid, (first.Pid - 1).ToString(CultureInfo.InvariantCulture));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Assert.Skip($"{lastPid} cannot be written here");
            }
            using var second = new Child("sleep", "60");
            if (second.Pid != first.Pid)
                continue;

            Assert.False(process.IsAlive());
            Assert.NotEqual(process.Identity, LinuxProcess.Open(second.Pid).Identity);
            Assert.Throws<TargetGoneException>(() => memory.TryReadUInt64(0x400000, out _));
            Assert.Throws<TargetGoneException>(() => memory.Read(plan));
            Assert.Throws<TargetGoneException>(() => process.Maps());
            Assert.Throws<TargetGoneException>(() => process.CommandName);
            Assert.Throws<TargetGoneException>(() => LiveMemory.Open(process));
            return;
        }
        Assert.Fail("the pid was never given again");
    }

    [Theory]
    [InlineData("")]
    [InlineData("1 (a")]
    [InlineData("1 (a)")]
    [InlineData("1 (a) ")]
    [InlineData("1 (a) S 1 2 3")]
    [InlineData(")(")]
    [InlineData("1 (a) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 x 20 21 22")]
    public void Stat_ThatIsDamaged_IsRefused(string text) => Assert.False(ProcStat.TryParse(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void AnotherUsersProcess_WithoutPrivilege_SaysWhatToTypeAndShowsTheRest()
    {
        Prerequisite.Root();
        using var child = new Child("sleep", "60");
        var process = LinuxProcess.Open(child.Pid);
        Until.True(() => process.CommandName == "sleep", () => "exec of sleep");
        // The kernel counts starts in hundredths of a second: a process may still be in the tick that it started in.
        Until.True(() => process.Uptime > TimeSpan.Zero, () => "the first tick of its clock");
        AsNobody.Run(() =>
        {
            var denied = Assert.Throws<AccessDeniedException>(() => LiveMemory.Open(process));
            Assert.Contains("belongs to user 0, you are user 65534", denied.Message, StringComparison.Ordinal);
            Assert.Contains("sudo vitrine", denied.Advice, StringComparison.Ordinal);
            Assert.Throws<AccessDeniedException>(() => process.OpenExecutable());
            Assert.Throws<AccessDeniedException>(() => process.Maps());
            Assert.Throws<AccessDeniedException>(() => process.FileDescriptors());
            Assert.Null(process.ExecutablePath);
            Assert.Null(process.Namespaces.Network);
            Assert.Null(process.ReadMemoryUsage());

            // What docs/privileges.md promises to anybody.
            Assert.Equal("sleep", process.CommandName);
            Assert.Equal(["sleep", "60"], process.CommandLine);
            Assert.Equal(0u, process.Uid);
            Assert.True(process.IsAlive());
            Assert.True(process.ResidentBytes > 0);
            Assert.True(process.Uptime > TimeSpan.Zero);
            Assert.Single(process.Threads());
            Assert.NotNull(process.CgroupPath);
        });
    }

    [Fact]
    public void OwnProcess_WithoutPrivilege_CanBeRead()
    {
        Prerequisite.Root();
        Tool.Require("setpriv");
        using var child = new Child("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sleep", "60");
        var process = LinuxProcess.Open(child.Pid);
        Until.True(() => process.CommandName == "sleep", () => "exec of sleep");
        Assert.SkipWhen(ViewerPrivileges.Read().YamaScope is > 0, "yama forbids it on this machine, as docs/privileges.md says");
        AsNobody.Run(() =>
        {
            using var memory = LiveMemory.Open(process);
            var map = process.Maps().First(m => m.Permissions.HasFlag(MapPermissions.Read));
            Assert.True(memory.TryReadUInt32(map.Start, out var magic));
            Assert.Equal(0x464c457fu, magic);
            process.OpenExecutable().Dispose();
        });
    }
}
