using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Methods;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;

namespace Vitrine.DotNet.Tests.Diagnostics;

public sealed partial class DiagnosticPortTests
{
    [Fact]
    public void GetProcessInfo_OfSelf_IsThisProcess()
    {
        var info = DiagnosticPort.OfSelf().GetProcessInfo();

        Assert.Equal((ulong)Environment.ProcessId, info.ProcessId);
        Assert.Equal("Vitrine.DotNet.Tests", info.EntryAssembly);
        Assert.StartsWith(Environment.Version.ToString(), info.RuntimeVersion, StringComparison.Ordinal);
        Assert.Contains("Vitrine.DotNet.Tests", info.CommandLine, StringComparison.Ordinal);
        Assert.True(DiagnosticPort.OfSelf().Availability().CanLook);
    }

    /// <summary>A process with too many open files is told so: on a thread of our own, anything but this exception would end it.</summary>
    [Fact]
    public void GetProcessInfo_NoFileLeft_SaysWhy()
    {
        var port = DiagnosticPort.OfSelf();
        var address = DiagnosticSocket.Find(Environment.ProcessId);
        port.GetProcessInfo();
        // So that nothing has to be loaded from a file meanwhile.
        Assert.Throws<InstrumentUnavailableException>(() => IpcConnection.Open(address with { Path = "/nowhere" }, TimeSpan.FromSeconds(1)));
        Assert.NotEqual("", new SocketException((int)SocketError.TooManyOpenSockets).Message);

        Assert.Equal(0, GetLimit(OpenFiles, out var limit));
        Exception? ofSocket, ofPort;
        Assert.Equal(0, SetLimit(OpenFiles, limit with { Current = 3 }));
        try
        {
            ofSocket = Record.Exception(() => IpcConnection.Open(address, TimeSpan.FromSeconds(1)));
            ofPort = Record.Exception(port.GetProcessInfo);
        }
        finally
        {
            Assert.Equal(0, SetLimit(OpenFiles, limit));
        }
        Assert.IsType<InstrumentUnavailableException>(ofSocket);
        Assert.IsType<InstrumentUnavailableException>(ofPort);
        port.GetProcessInfo();
    }

    const int OpenFiles = 7; // RLIMIT_NOFILE

    record struct Limit(ulong Current, ulong Most);

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in Limit limit);

    [Fact]
    public void GetProcessInfo_OfAnother_IsThatProcess()
    {
        using var sample = new SteadySample();

        var info = DiagnosticPort.Of(sample.Pid).GetProcessInfo();

        Assert.Equal("steady", info.EntryAssembly);
        Assert.Equal((ulong)sample.Pid, info.ProcessId);
    }

    [Fact]
    public void Availability_OfAnEarlierProcessWithTheSameId_IsNo()
    {
        var self = LinuxProcess.Open(Environment.ProcessId).Identity;
        var port = DiagnosticPort.Of(self with { StartTimeTicks = self.StartTimeTicks - 1 });

        Assert.True(DiagnosticPort.Of(self).Availability().CanLook);
        Assert.False(port.Availability().CanLook);
        Assert.Contains("ended", Assert.Throws<InstrumentUnavailableException>(port.GetProcessInfo).Message, StringComparison.Ordinal);
        Assert.Throws<TargetGoneException>(port.OpenProcess);
    }

    [Fact]
    public void Of_ProcessThatEndsBeforeItIsAsked_IsNotItsSuccessor()
    {
        using var sample = new SteadySample();
        var port = DiagnosticPort.Of(sample.Pid);
        sample.Kill();

        Assert.Throws<InstrumentUnavailableException>(port.GetProcessInfo);
        Assert.Throws<TargetGoneException>(port.OpenProcess);
    }

    [Theory]
    [InlineData(42, 7u, true)] // who listens has changed its user since
    [InlineData(41, 1000u, false)]
    [InlineData(0, 1000u, true)]
    [InlineData(0, 7u, false)]
    public void WhyStranger_ByPidAndUser(int pid, uint uid, bool isOwner) => Assert.Equal(isOwner, IpcConnection.WhyStranger(pid, uid, 42, 1000) is null);

    [Fact]
    public void Find_OwnTemporaryFolder_IsWhereTheProcessPutIt()
    {
        var folder = Directory.CreateTempSubdirectory();
        using (var sample = new SteadySample(new Dictionary<string, string> { ["TMPDIR"] = folder.FullName }))
        {
            // A socket that an earlier process with the same id left behind.
            File.WriteAllText(Path.Combine(folder.FullName, $"dotnet-diagnostic-{sample.Pid}-1-socket"), "");

            Assert.StartsWith(folder.FullName, DiagnosticSocket.Find(sample.Pid).Path, StringComparison.Ordinal);
            Assert.Equal("steady", DiagnosticPort.Of(sample.Pid).GetProcessInfo().EntryAssembly);
        }
        folder.Delete(recursive: true);
    }

    [Fact]
    public void Find_OtherMountNamespace_GoesThroughItsRoot()
    {
        // Privilege to make a mount namespace is what the test needs, not the product.
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/usr/bin/unshare"), "needs root and unshare");
        var folder = Directory.CreateTempSubdirectory();
        var start = new ProcessStartInfo("/usr/bin/unshare", ["--mount", "--pid", "--fork", "--mount-proc", "sh", "-c",
            $"mount -t tmpfs none {folder.FullName} && exec dotnet {Path.Combine(AppContext.BaseDirectory, "steady.dll")}"])
        { RedirectStandardInput = true, RedirectStandardOutput = true, Environment = { ["TMPDIR"] = folder.FullName } };
        using var process = Process.Start(start)!;
        try
        {
            Assert.Equal("ready", process.StandardOutput.ReadLine());
            var inner = ChildOf(process.Id);

            var info = DiagnosticPort.Of(inner.Pid).GetProcessInfo();
            var map = MethodMap.Capture(DiagnosticPort.Of(inner.Pid));

            Assert.Equal(1ul, info.ProcessId);
            Assert.Equal(1, inner.InnermostThreadId(inner.Pid));
            Assert.StartsWith($"/proc/{inner.Pid}/root{folder.FullName}/", DiagnosticSocket.Find(inner.Pid).Path, StringComparison.Ordinal);
            Assert.InRange(map.Count, 100, 100_000);
        }
        finally
        {
            process.StandardInput.Close();
            if (!process.WaitForExit(5000)) process.Kill(entireProcessTree: true);
            folder.Delete(recursive: true);
        }
    }

    static LinuxProcess ChildOf(int pid) =>
        LinuxProcess.Open(int.Parse(File.ReadAllText($"/proc/{pid}/task/{pid}/children").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public void Availability_PortSwitchedOff_SaysWhichVariable()
    {
        using var sample = new SteadySample(new Dictionary<string, string> { ["DOTNET_EnableDiagnostics_IPC"] = "0" });

        var available = DiagnosticPort.Of(sample.Pid).Availability();

        Assert.False(available.CanLook);
        Assert.Contains("DOTNET_EnableDiagnostics_IPC=0", available.Reason, StringComparison.Ordinal);
        Assert.Throws<InstrumentUnavailableException>(() => DiagnosticPort.Of(sample.Pid).GetProcessInfo());
    }

    [Fact]
    public void GetProcessInfo_SocketOfAnotherProcess_IsRefused()
    {
        using var sleeper = Process.Start("sleep", "60");
        var path = $"/tmp/dotnet-diagnostic-{sleeper.Id}-{LinuxProcess.Open(sleeper.Id).Identity.StartTimeTicks}-socket";
        using var impostor = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            impostor.Bind(new UnixDomainSocketEndPoint(path));
            impostor.Listen(1);

            var e = Assert.Throws<InstrumentUnavailableException>(() => DiagnosticPort.Of(sleeper.Id).GetProcessInfo());

            Assert.Contains($"belongs to process {Environment.ProcessId}", e.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
            sleeper.Kill();
        }
    }

    [Fact]
    public void Availability_NoDotNetProcess_SaysSo()
    {
        using var sleeper = Process.Start("sleep", "60");
        try
        {
            Assert.Contains("no diagnostics port", DiagnosticPort.Of(sleeper.Id).Availability().Reason, StringComparison.Ordinal);
        }
        finally
        {
            sleeper.Kill();
        }
    }
}
