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

    static string? Text(SafeFileHandle? handle)
    {
        if (handle is null) return null;
        using var reader = new StreamReader(new FileStream(handle, FileAccess.Read));
        return reader.ReadToEnd();
    }

    public void Dispose() => Directory.Delete(_base, recursive: true);
}
