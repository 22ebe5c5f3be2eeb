using System.Diagnostics;
using System.Globalization;
using Vitrine.Linux.Kernel;
using Vitrine.Linux.Native;
using Vitrine.Linux.Processes;
using Vitrine.Linux.Tests.Support;
using Vitrine.TestTargets;

namespace Vitrine.Linux.Tests.Processes;

public sealed class ProcessSecurityTests
{
    static readonly LinuxProcess s_self = LinuxProcess.Open(Environment.ProcessId);

    [Fact]
    public void ReadSecurity_OfThisProcess_IsWhatItKnowsOfItself()
    {
        var security = s_self.ReadSecurity();

        Assert.Equal(Libc.GetEffectiveUid(), security.Uid);
        Assert.Equal(s_self.Capabilities, security.Capabilities);
        Assert.Equal(s_self.NoNewPrivileges, security.NoNewPrivileges);
        Assert.Equal(s_self.SeccompMode, security.SeccompMode);
        Assert.Equal(0, security.TracerPid);
        Assert.NotEqual(true, security.IsKernelThread);
        Assert.Equal(security.ParentPid.ToString(CultureInfo.InvariantCulture), Output("ps", "-o", "ppid=", "-p", $"{Environment.ProcessId}"));
    }

    [Fact]
    public void ReadEnvironment_OfAChild_IsWhatItWasGiven()
    {
        var start = new ProcessStartInfo("sleep", "600");
        start.Environment.Clear();
        start.Environment["ONE"] = "1=2";
        start.Environment["EMPTY"] = "";
        using var child = Process.Start(start)!;
        try
        {
            var process = LinuxProcess.Open(child.Id);
            Until.True(() => process.CommandName == "sleep", () => "exec");

            var all = process.ReadEnvironment(1 << 20, out var cut);
            var some = process.ReadEnvironment(6, out var wasCut);

            Assert.Equal([("EMPTY", ""), ("ONE", "1=2")], all.Select(static one => (one.Key, one.Value)).Order());
            Assert.Equal((false, true), (cut, wasCut));
            Assert.Single(some);
        }
        finally
        {
            child.Kill();
            child.WaitForExit();
        }
    }

    [Theory]
    [InlineData("0", 0ul, 0ul)]
    [InlineData("4096:unlimited", 4096ul, ulong.MaxValue)]
    public void ReadCoreLimit_OfAChild_IsWhatItWasGiven(string limit, ulong soft, ulong hard)
    {
        Tool.Require("prlimit");
        using var child = new Child("prlimit", $"--core={limit}", "sleep", "600");
        var process = LinuxProcess.Open(child.Pid);
        Until.True(() => process.CommandName == "sleep", () => "exec");

        Assert.Equal((soft, hard), process.ReadCoreLimit());
    }

    [Theory]
    [InlineData(1000u, 1000u, 1000u, 1000u, true)]
    [InlineData(1000u, 1000u, 0u, 0u, false)]
    [InlineData(0u, 5u, 0u, 5u, true)]
    [InlineData(0u, 5u, 0u, 0u, false)]
    [InlineData(0u, 0u, 0u, 0u, null)]
    public void Infer_FromTheOwnerOfAFile_SaysWhatItKnows(uint uid, uint gid, uint fileUid, uint fileGid, bool? expected) =>
        Assert.Equal(expected, Dumpability.Infer("/proc/1/status", uid, gid, new FileStatus(fileUid, fileGid, 0x8124)).IsDumpable);

    [Fact]
    public void ReadDumpable_OfAProgramThatGaveItUp_IsFalse()
    {
        Prerequisite.Root();
        using var program = new CProgram("#include <stdio.h>\n#include <sys/prctl.h>\n#include <unistd.h>\nint main(int n, char **v) { setgid(65534); setuid(65534); prctl(PR_SET_DUMPABLE, n > 1, 0, 0, 0); puts(\"ready\"); fflush(stdout); pause(); }");
        using var closed = new Child(program.Path);
        using var open = new Child(program.Path, "open");
        closed.Output.ReadLine();
        open.Output.ReadLine();

        Assert.False(LinuxProcess.Open(closed.Pid).ReadDumpable().IsDumpable);
        Assert.True(LinuxProcess.Open(open.Pid).ReadDumpable().IsDumpable);
    }

    [Fact]
    public void FileStatus_OfFiles_IsWhatStatSays()
    {
        foreach (var path in new[] { "/", "/tmp", "/etc/passwd", "/proc/self/status", "/dev/null" })
        {
            var status = FileStatus.TryOf(path)!.Value;
            Assert.Equal(Output("stat", "-L", "-c", "%u %g %a", path), $"{status.Uid} {status.Gid} {Convert.ToString(status.Permissions, 8)}");
        }
        Assert.Null(FileStatus.TryOf("/no/such/file"));
        Assert.True(FileStatus.TryOf("/tmp")!.Value is { IsFolder: true, IsSocket: false });
        Assert.Equal(FileStatus.TryOf("/etc/passwd"), s_self.TryFileStatus("/etc/passwd"));
    }

    [Fact]
    public void DebugSettings_AreWhatTheFilesSay()
    {
        var settings = DebugSettings.Read();

        Assert.Equal(Text("kernel/perf_event_paranoid"), $"{settings.PerfEventParanoid}");
        Assert.Equal(Text("kernel/kptr_restrict"), $"{settings.KernelPointersRestricted}");
        Assert.Equal(Text("fs/suid_dumpable"), $"{settings.SetUidDumpable}");
        Assert.Equal(Text("kernel/core_pattern"), settings.CorePattern);
        Assert.Equal(File.Exists("/proc/sys/kernel/yama/ptrace_scope"), settings.PtraceScope is not null);

        static string Text(string name) => File.ReadAllText("/proc/sys/" + name).Trim();
    }

    static string Output(string program, params string[] arguments)
    {
        Tool.Require(program);
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return text.Trim();
    }
}
