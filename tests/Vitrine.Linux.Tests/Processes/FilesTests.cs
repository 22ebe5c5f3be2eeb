using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Vitrine.Linux.Native;

namespace Vitrine.Linux.Tests.Processes;

/// <summary>Paths that a process in a container chose lead to its own files, not to those of the viewer.</summary>
public sealed class FilesTests : IDisposable
{
    readonly string _base = Directory.CreateTempSubdirectory("vitrine").FullName;

    string Root => Path.Combine(_base, "root");

    public FilesTests()
    {
        Directory.CreateDirectory(Path.Combine(Root, "lib"));
        File.WriteAllText(Path.Combine(_base, "secret"), "host");
        File.WriteAllText(Path.Combine(Root, "lib", "own.dll"), "container");
        File.CreateSymbolicLink(Path.Combine(Root, "absolute"), "/lib/own.dll");
        File.CreateSymbolicLink(Path.Combine(Root, "outside"), Path.Combine(_base, "secret"));
        File.CreateSymbolicLink(Path.Combine(Root, "up"), "../secret");
        Directory.CreateSymbolicLink(Path.Combine(Root, "folder"), _base);
    }

    [Theory]
    [InlineData("/lib/own.dll", "container")]
    [InlineData("/absolute", "container")]
    [InlineData("/lib/../../lib/own.dll", "container")]
    [InlineData("/outside", null)]
    [InlineData("/up", null)]
    [InlineData("/folder/secret", null)]
    [InlineData("/../secret", null)]
    [InlineData("/lib", null)]
    [InlineData("/missing", null)]
    public void TryOpenRegularIn_StaysInTheRoot(string path, string? expected) => Assert.Equal(expected, Text(Files.TryOpenRegularIn(Root, path, out _)));

    [Theory]
    [InlineData("/lib/own.dll", "container")]
    [InlineData("/absolute", null)]
    [InlineData("/outside", null)]
    [InlineData("/folder/secret", null)]
    [InlineData("/lib/../../secret", null)]
    [InlineData("/lib", null)]
    [InlineData("/lib/own.dll/x", null)]
    [InlineData("/", null)]
    public void TryOpenWithoutLinks_FollowsNone(string path, string? expected)
    {
        using var root = new SafeFileHandle(Libc.Open(Root, 0x200000 | 0x80000), ownsHandle: true); // O_PATH, O_CLOEXEC

        Assert.Equal(expected, Text(Files.TryOpenWithoutLinks((int)root.DangerousGetHandle(), path, out _)));
    }

    /// <summary>Who connects to what was found is connected to that socket; a link out of the root finds nothing.</summary>
    [Fact]
    public void TryLocateSocketIn_StaysInTheRoot_AndThePlaceCanBeConnectedTo()
    {
        using var own = Listen(Path.Combine(Root, "own.sock"));
        using var host = Listen(Path.Combine(_base, "host.sock"));
        File.CreateSymbolicLink(Path.Combine(Root, "link.sock"), "/own.sock");
        File.CreateSymbolicLink(Path.Combine(Root, "outside.sock"), Path.Combine(_base, "host.sock"));

        foreach (var nothing in (string[])["/outside.sock", "/folder/host.sock", "/lib/own.dll", "/lib", "/missing"])
            Assert.Null(Files.TryLocateSocketIn(Root, nothing, out _));
        foreach (var name in (string[])["/own.sock", "/link.sock"])
        {
            using var place = Files.TryLocateSocketIn(Root, name, out _);
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint($"/proc/self/fd/{place!.DangerousGetHandle()}"));
            using var accepted = own.Accept();
        }
        Assert.False(host.Poll(0, SelectMode.SelectRead));
    }

    static Socket Listen(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen();
        return socket;
    }

    static string? Text(SafeFileHandle? handle)
    {
        if (handle is null) return null;
        using var reader = new StreamReader(new FileStream(handle, FileAccess.Read));
        return reader.ReadToEnd();
    }

    public void Dispose() => Directory.Delete(_base, recursive: true);
}
