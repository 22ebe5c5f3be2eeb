using Vitrine.Agent.Audit.Facts;
using Vitrine.Instruments;

namespace Vitrine.Agent.Tests.Audit.Facts;

public sealed class DebuggerToolTests
{
    [Theory]
    [InlineData("/usr/bin/dlv", "dlv")]
    [InlineData("/usr/bin/gdb", "gdb")]
    [InlineData("/usr/bin/gdbserver", "gdbserver")]
    [InlineData("/usr/lib/llvm-18/bin/lldb-server-18.1.3", "lldb-server")]
    [InlineData("/root/vsdbg/vsdbg", "vsdbg")]
    [InlineData("/usr/bin/strace", "strace")]
    [InlineData("/srv/checkout", null)]
    [InlineData("/usr/bin/gdbus", null)]
    [InlineData("/usr/bin/rrdtool", null)]
    public void Of_Program_IsToldByItsFile(string program, string? expected) => Assert.Equal(expected, DebuggerTool.Of(Some.Tool(program))?.Name);

    [Fact]
    public void Of_RenamedDelve_IsToldByItsBuildInformation() => Assert.Equal("dlv", DebuggerTool.Of(Some.Tool("/tmp/helper") with
    {
        Program = new ProgramFacts { Runtime = RuntimeKind.Go, MainPackage = "github.com/go-delve/delve/cmd/dlv" },
    })?.Name);

    [Theory]
    [InlineData("dlv", "exec --headless --listen=:2345 --accept-multiclient /srv/checkout", ":2345", "--headless --accept-multiclient")]
    [InlineData("dlv", "attach 1 --headless -l 127.0.0.1:2345", "127.0.0.1:2345", "--headless")]
    [InlineData("dlv", "dap --listen [::1]:9", "[::1]:9", "dap")]
    [InlineData("dlv", "exec --headless --listen=unix:/run/dlv.sock x", "unix:/run/dlv.sock", "--headless")]
    [InlineData("dlv", "exec --headless /srv/checkout -- --listen=:80", null, "--headless")]
    [InlineData("gdbserver", ":1234 /srv/checkout", ":1234", "")]
    [InlineData("gdbserver", "--multi 0.0.0.0:1234", "0.0.0.0:1234", "--multi")]
    [InlineData("lldb-server", "platform --listen *:1234 --server", "*:1234", "platform --server")]
    [InlineData("netcoredbg", "--server=4000 --interpreter=vscode", ":4000", "--server")]
    [InlineData("netcoredbg", "--server", ":4711", "--server")]
    public void Options_OfADebugServer_SayWhereItListens(string tool, string arguments, string? address, string options)
    {
        var found = DebugServerOptions.Of(tool, [tool, .. arguments.Split(' ')]);

        Assert.Equal((address, options), (found?.Address, string.Join(' ', found?.Options ?? ["nothing"])));
    }

    [Theory]
    [InlineData("dlv", "attach 4711")]
    [InlineData("dlv", "version")]
    [InlineData("gdb", "-p 4711")]
    [InlineData("netcoredbg", "--interpreter=mi")]
    public void Options_OfADebuggerAtATerminal_AreNone(string tool, string arguments) => Assert.Null(DebugServerOptions.Of(tool, [tool, .. arguments.Split(' ')]));
}
