using System.Diagnostics;
using System.Net;
using System.Text;
using Vitrine.Agent.Gate;
using Vitrine.Agent.Tests.Gate.Forwarding;
using Vitrine.Guard.Audit;

namespace Vitrine.Agent.Tests.Gate;

/// <summary>A gate whose audit log stands on a file system that becomes full.</summary>
public sealed class GateAuditTests : IDisposable
{
    readonly string _mount = Directory.CreateTempSubdirectory("vitrine-gate-full-").FullName;
    readonly bool _isMounted;

    public GateAuditTests()
    {
        if (Environment.UserName != "root") Assert.Skip("mounting a file system needs root");
        Run("mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", _mount);
        _isMounted = true;
    }

    public void Dispose()
    {
        if (_isMounted) Run("umount", _mount);
        Directory.Delete(_mount);
    }

    [Fact]
    public async Task Get_WhileTheAuditLogHasNoRoom_IsRefusedAtEveryDoorAndAnsweredWhenThereIsRoomAgain()
    {
        const string Secret = "{\"a\":\"what nobody may see without a record\"}";
        await using var service = RawServer.Sending($"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {Secret.Length}\r\n\r\n{Secret}");
        var (log, filler, socket) = (Path.Combine(_mount, "audit.log"), Path.Combine(_mount, "filler"), Path.Combine(_mount, "gate.sock"));
        await using (var gate = await RunningGate.Start(new GateRequest { Forward = service.Address, AuditLog = log, Doors = ["127.0.0.1:0"], Socket = socket }))
        {
            Assert.Equal(HttpStatusCode.OK, (await Get(gate, "/debug/vars")).Status);

            Fill(filler);
            // What was begun before the disk was full may still find room in the last block.
            for (var tries = 0; (await Get(gate, "/debug/vars")).Status == HttpStatusCode.OK; tries++) Assert.True(tries < 1000, "the disk never became full");
            foreach (var path in (string[])["/debug/vars", "/debug/pprof/heap", "/debug/pprof/threadcreate", "/debug/pprof/goroutine?debug=2", "/debug/pprof/cmdline", "/debug/pprof/profile?seconds=1", "/debug/pprof/", "/metrics"])
            {
                var (status, retry, text) = await Get(gate, path);
                Assert.True(status == HttpStatusCode.ServiceUnavailable, $"{path}: {status} {text}");
                Assert.Equal(TimeSpan.FromSeconds(5), retry);
                Assert.Equal("The audit log cannot be written, and nothing is shown without a record.\n", text);
            }
            Assert.Equal("error 503: The audit log cannot be written, and nothing is shown without a record. (again in 5 s)\n", Encoding.UTF8.GetString(await RunningGate.Line(socket, "vars")));
            Assert.Contains("No space left", gate.Said, StringComparison.Ordinal);

            File.Delete(filler);
            for (var tries = 0; (await Get(gate, "/debug/vars")).Status != HttpStatusCode.OK; tries++)
            {
                Assert.True(tries < 600, "there is room again, and nobody is answered");
                await Task.Delay(50);
            }
        }

        Assert.Null(AuditVerifier.Verify([log], AuditKey.None).Break);
    }

    static async Task<(HttpStatusCode Status, TimeSpan? Retry, string Text)> Get(RunningGate gate, string path)
    {
        using var answer = await gate.Client.GetAsync(path);
        return (answer.StatusCode, answer.Headers.RetryAfter?.Delta, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Writes until nothing more fits.</summary>
    static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = Encoding.ASCII.GetBytes(new string('.', 512));
        try
        {
            while (true) file.Write(block);
        }
        catch (IOException)
        {
        }
    }

    static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments))!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
