using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Vitrine.AspNetCore.Tests;
using Vitrine.Doors.Http;
using Vitrine.Doors.Looks;
using Vitrine.Doors.Tests.Support;
using Vitrine.Doors.Unix;
using Vitrine.Guard;
using Vitrine.Pprof.Wire;

namespace Vitrine.Doors.Tests.Unix;

public sealed class UnixDoorTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vitrine-unix-");

    string SocketPath => Path.Combine(_folder.FullName, "door.sock");

    public void Dispose() => _folder.Delete(recursive: true);

    Task<UnixDoor> Start(LookDesk desk, Func<UnixDoorOptions, UnixDoorOptions>? change = null)
    {
        var options = new UnixDoorOptions { Path = SocketPath };
        return UnixDoor.Start(desk, change?.Invoke(options) ?? options);
    }

    async Task<byte[]> Exchange(string text, bool closeHalf = false)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath));
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text));
        if (closeHalf) socket.Shutdown(SocketShutdown.Send);
        using var answer = new MemoryStream();
        await stream.CopyToAsync(answer).WaitAsync(TimeSpan.FromSeconds(30));
        return answer.ToArray();
    }

    async Task<string> ExchangeText(string text, bool closeHalf = false) => Encoding.Latin1.GetString(await Exchange(text, closeHalf));

    [Fact]
    public async Task Line_IsAnsweredWithTheProfileAlone_AndHttpWithTheSameBytes()
    {
        var desk = TestDoor.DeskOf(null, new Watched("heap"));
        await using var door = await Start(desk);

        var line = await Exchange("heap\n");
        var http = await Exchange("GET /debug/pprof/heap HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        Assert.NotEmpty(ProfileReader.Read(line).Samples);
        Assert.Equal(line, http[^line.Length..]);
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", Encoding.Latin1.GetString(http), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Curl_GetsTheProfile()
    {
        await using var door = await Start(TestDoor.DeskOf(null, new Watched("heap")));
        var file = Path.Combine(_folder.FullName, "heap.pb.gz");

        using var curl = Process.Start("curl", ["--silent", "--fail", "--max-time", "30", "--unix-socket", SocketPath, "--output", file, "http://x/debug/pprof/heap"]);
        await curl.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(0, curl.ExitCode);
        Assert.NotEmpty(ProfileReader.Read(await File.ReadAllBytesAsync(file)).Samples);
    }

    [Theory]
    [InlineData("heap\n", false), InlineData("heap\r\n", false), InlineData("GET heap\n", false), InlineData("heap", true), InlineData("heap debug=0 ignored-after-the-line\nrest", true)]
    public async Task Line_InAnyForm_IsUnderstood(string text, bool closeHalf)
    {
        await using var door = await Start(TestDoor.DeskOf(null, new Watched("heap")));

        var answer = await Exchange(text, closeHalf);

        if (text.Contains("ignored", StringComparison.Ordinal)) Assert.StartsWith("error 400: ", Encoding.Latin1.GetString(answer), StringComparison.Ordinal);
        else Assert.NotEmpty(ProfileReader.Read(answer).Samples);
    }

    [Fact]
    public async Task Line_CallerClosesTheHalfThatItWritesWith_StillGetsARecording()
    {
        await using var door = await Start(TestDoor.DeskOf(null, new TestRecorder("cpu")));

        Assert.Contains(ProfileReader.Read(await Exchange("profile seconds=1\n", closeHalf: true)).Functions, static one => one.Name == "Whole");
    }

    [Fact]
    public async Task Line_CallerGoes_TheLookEnds()
    {
        var cpu = new TestRecorder("cpu");
        await using var door = await Start(TestDoor.DeskOf(null, cpu));

        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath));
            await socket.SendAsync("profile seconds=30\n"u8.ToArray());
            Assert.True(await cpu.Started.WaitAsync(TimeSpan.FromSeconds(30)));
        }

        Assert.True(await cpu.Ended.Task.WaitAsync(TimeSpan.FromSeconds(20)), "the recording was not stopped");
    }

    [Theory]
    [InlineData("nothing\n", "error 404: Unknown profile\n"), InlineData("heap seconds=x\n", "error 400: invalid value for \"seconds\" - must be a positive integer\n"),
     InlineData("heap colour=blue\n", "error 400: after the profile's name come"), InlineData("\n", "error 400: a line names a profile"), InlineData("heap seconds=31\n", "error 400: A look may watch for at most 30 seconds here.\n")]
    public async Task Line_WhatCannotBe_IsOneLineOfError(string text, string error)
    {
        await using var door = await Start(TestDoor.DeskOf(null, new GrowingProfile("heap")));

        Assert.StartsWith(error, await ExchangeText(text), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Peer_WhoMayNot_IsRefusedByTheKernelsWord()
    {
        await using var door = await Start(TestDoor.DeskOf(static options => options.Identity.UnixPeers.Owner = false, new GrowingProfile("heap")));

        Assert.StartsWith("error 4", await ExchangeText("heap\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 4", await ExchangeText("GET /debug/pprof/heap HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Peer_ThatForwards_IsNotWhoAsks()
    {
        await using var door = await Start(TestDoor.DeskOf(null, new GrowingProfile("heap")));

        Assert.StartsWith("HTTP/1.1 4", await ExchangeText("GET /debug/pprof/heap HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 127.0.0.1\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
    }

    // There the proxy of the service is at the other end, often as the same user, and anybody behind it.
    [Fact]
    public async Task Peer_AtASocketOfTheServiceItself_IsNotWhoAsks()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(server => server.ListenUnixSocket(SocketPath));
        await using var app = builder.Build();
        new HttpDoor(TestDoor.DeskOf(null, new GrowingProfile("heap")), new()).MapProfiles(app);
        await app.StartAsync();

        Assert.StartsWith("HTTP/1.1 403", await ExchangeText("GET /debug/pprof/heap HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Line_TooLong_OrTooLate_IsEnded()
    {
        await using var door = await Start(TestDoor.DeskOf(null, new GrowingProfile("heap")), static options => options with { FirstLineTime = TimeSpan.FromMilliseconds(300) });

        Assert.StartsWith("error 400: the line is longer than 1024 bytes", await ExchangeText("heap" + new string(' ', 5000)), StringComparison.Ordinal);
        Assert.Empty(await ExchangeOrReset("hea"));
        Assert.Empty(await ExchangeOrReset("GE"));
        Assert.Empty(await ExchangeOrReset(""));
    }

    async Task<string> ExchangeOrReset(string text)
    {
        try
        {
            return await ExchangeText(text);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return "";
        }
    }

    [Fact]
    public async Task Connections_MoreThanThereMayBe_AreClosed()
    {
        await using var door = await Start(TestDoor.DeskOf(null, new GrowingProfile("heap")), static options => options with { MaximumConnections = 2 });
        var held = new List<Socket>();
        for (var i = 0; i < 2; i++)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath));
            held.Add(socket);
        }

        for (var i = 0; i < 100 && (await ExchangeOrReset("heap\n")).Length > 0; i++) await Task.Delay(20);
        Assert.Equal("", await ExchangeOrReset("heap\n"));

        held.ForEach(static one => one.Dispose());
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite), InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite)]
    public async Task File_HasTheModeThatIsSet_AndIsGoneAfterwards(UnixFileMode mode)
    {
        await using (await Start(TestDoor.DeskOf(null), options => options with { Mode = mode }))
            Assert.Equal(mode, File.GetUnixFileMode(SocketPath));

        Assert.False(File.Exists(SocketPath));
    }

    [Fact]
    public async Task Directory_ThatIsNotThere_IsMadeForItsUserAlone()
    {
        var path = Path.Combine(_folder.FullName, "own", "door.sock");

        await using var door = await Start(TestDoor.DeskOf(null), options => options with { Path = path });

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public async Task Stale_SocketOfAProcessThatIsGone_IsReplaced_AndOneThatIsListenedAtIsNot()
    {
        using (var stale = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            stale.Bind(new UnixDomainSocketEndPoint(SocketPath));
            File.Move(SocketPath, SocketPath + ".kept");   // so that closing it does not delete it
        }
        File.Move(SocketPath + ".kept", SocketPath);

        await using var door = await Start(TestDoor.DeskOf(null, new Watched("heap")));
        Assert.NotEmpty(await Exchange("heap\n"));

        Assert.Contains("listens at the socket", (await Assert.ThrowsAsync<IOException>(() => Start(TestDoor.DeskOf(null)))).Message, StringComparison.Ordinal);
        Assert.NotEmpty(await Exchange("heap debug=1\n"));
    }

    [Fact]
    public async Task Path_ThatIsNotSafe_IsRefused_AndLeftAlone()
    {
        async Task<string> Problem(string path) => (await Assert.ThrowsAsync<IOException>(() => Start(TestDoor.DeskOf(null), options => options with { Path = path }))).Message;

        await File.WriteAllTextAsync(SocketPath, "a file");
        Assert.Contains("no socket", await Problem(SocketPath), StringComparison.Ordinal);
        Assert.Equal("a file", await File.ReadAllTextAsync(SocketPath));

        File.Delete(SocketPath);
        File.CreateSymbolicLink(SocketPath, "/etc/passwd");
        Assert.Contains("no socket", await Problem(SocketPath), StringComparison.Ordinal);

        var open = _folder.CreateSubdirectory("open");
        File.SetUnixFileMode(open.FullName, (UnixFileMode)0x1ff);
        Assert.Contains("Others may write", await Problem(Path.Combine(open.FullName, "door.sock")), StringComparison.Ordinal);

        Directory.CreateSymbolicLink(Path.Combine(_folder.FullName, "link"), _folder.CreateSubdirectory("real").FullName);
        Assert.Contains("not a directory but a link", await Problem(Path.Combine(_folder.FullName, "link", "door.sock")), StringComparison.Ordinal);

        Assert.Contains("must be absolute", await Problem("door.sock"), StringComparison.Ordinal);
        Assert.Contains("must be absolute", await Problem($"{_folder.FullName}/x/../door.sock"), StringComparison.Ordinal);
        Assert.Contains("longer than the 107 bytes", await Problem($"{_folder.FullName}/{new string('x', 120)}"), StringComparison.Ordinal);
        Assert.Contains("no group", (await Assert.ThrowsAsync<IOException>(() => Start(TestDoor.DeskOf(null), options => options with { Path = Path.Combine(_folder.FullName, "other.sock"), Group = "no-such-group" }))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Switches_CanBeReadByALine()
    {
        await using var door = await Start(TestDoor.DeskOf(null, new GrowingProfile("heap")));

        Assert.Contains("heap on default\n", await ExchangeText("switches\n"), StringComparison.Ordinal);
    }
}
