using System.Text;

namespace Vitrine.Pprof.Tests;

public sealed class AtomicFileTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vitrine-");

    string File1 => Path.Combine(_folder.FullName, "file");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Write_FailsHalfway_OldContentStaysAndNothingIsLeftBehind()
    {
        File.WriteAllText(File1, "old");
        Assert.Throws<IOException>(() => AtomicFile.Write(File1, stream =>
        {
            stream.Write("half"u8);
            throw new IOException("disk full");
        }));
        Assert.Equal("old", File.ReadAllText(File1));
        Assert.Single(_folder.GetFiles());
    }

    [Fact]
    public void Write_WhileAReaderHasTheOldFileOpen_ReaderKeepsTheOldContent()
    {
        File.WriteAllText(File1, "old");
        using var reader = new StreamReader(File.Open(File1, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), Encoding.UTF8);
        AtomicFile.Write(File1, stream => stream.Write("new"u8));
        Assert.Equal("old", reader.ReadToEnd());
        Assert.Equal("new", File.ReadAllText(File1));
    }

    [Fact]
    public void Write_ThroughASymbolicLink_ReplacesWhatItPointsTo()
    {
        File.WriteAllText(File1, "old");
        var link = Path.Combine(_folder.FullName, "link");
        File.CreateSymbolicLink(link, File1);
        AtomicFile.Write(link, stream => stream.Write("new"u8));
        Assert.Equal("new", File.ReadAllText(File1));
        Assert.NotNull(new FileInfo(link).LinkTarget);
    }

    [Fact]
    public void Write_OverAPrivateFile_StaysPrivate()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes");
        File.WriteAllText(File1, "old");
        File.SetUnixFileMode(File1, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        AtomicFile.Write(File1, stream => stream.Write("new"u8));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(File1));
    }

    [Fact]
    public void Write_ToADevice_WritesToIt() => AtomicFile.Write("/dev/null", stream => stream.Write("gone"u8));
}
