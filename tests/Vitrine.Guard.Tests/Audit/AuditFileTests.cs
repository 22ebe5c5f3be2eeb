using System.Text.Json;
using Vitrine.Guard.Audit;
using Vitrine.Guard.Tests.Fakes;
using Vitrine.TestTargets;

namespace Vitrine.Guard.Tests.Audit;

public sealed class AuditFileTests : IDisposable
{
    readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TryWrite_ANewFile_IsTheOwnersOnly()
    {
        using var log = new AuditLog(_folder).Write(1);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(log.Path));
    }

    [Fact]
    public void TryWrite_AFileThatOthersMayRead_TakesThatAway()
    {
        _folder.Write("audit.log", "");
        File.SetUnixFileMode(_folder["audit.log"], (UnixFileMode)0b110_110_100);

        using var log = new AuditLog(_folder).Write(1);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(log.Path));
    }

    [Fact]
    public void TryWrite_BytesOfSomebodyElse_AreNotOverwritten()
    {
        using var log = new AuditLog(_folder).Write(1);
        File.AppendAllText(log.Path, "something else\n");

        log.Write(1);

        Assert.Equal("something else", log.Lines()[2]);
        Assert.Equal(4, log.Lines().Length);
    }

    [Fact]
    public void TryWrite_TextThatWouldBeALine_IsNone()
    {
        using var log = new AuditLog(_folder);

        Assert.True(log.File.TryWrite(AuditLog.Record("a\n{\"seq\":1}\r\u2028\u001b[2J\ud800" + new string('x', 100_000))));

        var line = log.Lines()[1];
        Assert.DoesNotContain(line, letter => letter is < ' ' or > '~');
        Assert.InRange(line.Length, 1, 2000);
        Assert.StartsWith("a\n{\"seq\":1}\r\u2028\u001b[2J\ufffdxxx", JsonDocument.Parse(line).RootElement.GetProperty("who").GetString(), StringComparison.Ordinal);
        Assert.Null(log.Verify().Break);
    }

    [Fact]
    public void TryWrite_TheLargestRecord_Fits()
    {
        using var log = new AuditLog(_folder);
        var wide = new string('\u0001', 10_000);
        var record = new AuditRecord
        {
            Event = AuditEvent.Ended, Time = default, Look = wide, Door = wide, Service = wide, What = wide, How = wide, Who = wide, Kind = wide, From = wide, Outcome = wide, Reason = wide, Switch = wide,
            Roles = [.. Enumerable.Repeat(wide, 10_000)], Redactions = Enumerable.Range(0, 10_000).ToDictionary(i => $"{i}{wide}", _ => long.MaxValue / 10_000),
        };

        // Whole names of roles and rules would not fit in such a number; then the record is not written, and nothing is shown.
        Assert.False(log.File.TryWrite(record));
        log.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(log.File.TryWrite(record with { Roles = [.. Enumerable.Repeat(new string('r', 64), 10_000)], Redactions = Enumerable.Range(0, 10_000).ToDictionary(i => $"rule-{i}", _ => 1L) }));

        Assert.Null(log.Verify().Break);
        Assert.Equal(10_000 - 64, JsonDocument.Parse(log.Lines()[^1]).RootElement.GetProperty("redactions").GetProperty("(others)").GetInt64());
    }

    [Fact]
    public void TryWrite_AfterTheProgramsEnd_GoesOnWithTheChain()
    {
        using (var first = new AuditLog(_folder)) first.Write(3);
        using var second = new AuditLog(_folder).Write(2);

        var verdict = second.Verify();
        Assert.Null(verdict.Break);
        Assert.Equal((7, 7), (verdict.Records, verdict.LastSequence));
    }

    [Fact]
    public void TryWrite_ALineThatWasNotFinished_IsSaidToBeNone()
    {
        using (var first = new AuditLog(_folder)) first.Write(3);
        var whole = new FileInfo(_folder["audit.log"]).Length;
        File.AppendAllText(_folder["audit.log"], "{\"seq\":5,\"time\":\"2026-");
        using var second = new AuditLog(_folder).Write(1);

        var verdict = second.Verify();
        Assert.Null(verdict.Break);
        Assert.Equal(7, verdict.Records);
        Assert.Contains("22 bytes are no record: a line was not finished", Assert.Single(verdict.Remarks), StringComparison.Ordinal);
        Assert.Equal("repaired", JsonDocument.Parse(second.Lines()[5]).RootElement.GetProperty("event").GetString());
        Assert.True(new FileInfo(second.Path).Length > whole);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    public void TryWrite_CutAnywhereInTheLastLine_GoesOn(int kept)
    {
        using (var first = new AuditLog(_folder)) first.Write(1);
        var text = File.ReadAllText(_folder["audit.log"]);
        var begin = text.TrimEnd('\n').LastIndexOf('\n') + 1;
        File.WriteAllText(_folder["audit.log"], text[..(begin + kept)]);

        using var second = new AuditLog(_folder).Write(1);

        Assert.Null(second.Verify().Break);
    }

    [Fact]
    public void TryWrite_AFileWhoseEndDoesNotHold_IsRefused()
    {
        using (var first = new AuditLog(_folder)) first.Write(2);
        File.WriteAllText(_folder["audit.log"], File.ReadAllText(_folder["audit.log"]).Replace("somebody 1", "somebody 2", StringComparison.Ordinal));

        using var second = new AuditLog(_folder);

        Assert.False(second.File.TryWrite(AuditLog.Record()));
        Assert.Contains("does not end in a record that holds", Assert.Single(second.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void TryWrite_AnotherWriterOfTheSameFile_IsRefusedUntilTheFirstEnds()
    {
        using var first = new AuditLog(_folder).Write(1);
        using var second = new AuditLog(_folder);

        Assert.False(second.File.TryWrite(AuditLog.Record()));
        Assert.Contains("another process writes it", Assert.Single(second.Failures), StringComparison.Ordinal);

        first.Dispose();
        second.Time.Advance(TimeSpan.FromSeconds(1));
        second.Write(1);
        Assert.Null(second.Verify().Break);
    }

    [Fact]
    public void TryWrite_BeyondTheSize_BeginsAnotherFileOfTheSameChain()
    {
        using var log = new AuditLog(_folder, options => options.MaximumFileBytes = 64 * 1024).Write(1000);

        var files = log.Files().ToList();
        Assert.InRange(files.Count, 4, 20);
        Assert.All(files, file => Assert.InRange(new FileInfo(file).Length, 1, 64 * 1024));
        Assert.EndsWith("audit.log.000001", files[0], StringComparison.Ordinal);
        var verdict = log.Verify();
        Assert.Null(verdict.Break);
        Assert.Equal(1000 + files.Count, verdict.Records);

        // Without the files before, the chain begins in the middle: no record says that they may be gone.
        Assert.Equal((AuditBreakKind.Missing, files[^1], 1), Place(AuditVerifier.Verify([files[^1]], AuditKey.None).Break!));
        // Kept elsewhere, they end with a hash that this one must follow.
        var before = AuditVerifier.Verify(files[..^1], AuditKey.None).LastHash;
        Assert.Null(AuditVerifier.Verify([files[^1]], AuditKey.None, follows: before).Break);
        Assert.Equal((AuditBreakKind.Missing, files[^1], 1), Place(AuditVerifier.Verify([files[^1]], AuditKey.None, follows: AuditVerifier.Verify(files[..^2], AuditKey.None).LastHash).Break!));
    }

    static (AuditBreakKind, string, long) Place(AuditBreak wrong) => (wrong.Kind, wrong.File, wrong.Line);

    [Fact]
    public void TryWrite_WithFilesToKeep_RemovesTheOldestAndSaysSoBefore()
    {
        using var log = new AuditLog(_folder, static options => (options.MaximumFileBytes, options.KeepFiles) = (64 * 1024, 2)).Write(1500);

        var files = log.Files().ToList();
        Assert.Equal(3, files.Count);
        Assert.DoesNotContain(files, static file => file.EndsWith("000001", StringComparison.Ordinal));
        var verdict = log.Verify();
        Assert.Null(verdict.Break);
        Assert.Contains("removed by its own retention", Assert.Single(verdict.Remarks), StringComparison.Ordinal);
        Assert.Contains("\"event\":\"dropped\"", string.Concat(log.Lines()), StringComparison.Ordinal);

        // One file more than retention has removed, and some records more: somebody else's work.
        Assert.Equal((AuditBreakKind.Missing, files[1], 1), Place(AuditVerifier.Verify(files[1..], AuditKey.None).Break!));
        File.WriteAllLines(files[0], File.ReadAllLines(files[0])[1..]);
        var cut = log.Verify().Break!;
        Assert.Equal((AuditBreakKind.Missing, files[0], 1), Place(cut));
        Assert.Contains("in the middle of a file", cut.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TryWrite_WithFilesToKeep_LeavesWhatDoesNotEndAsItWasWritten()
    {
        using var log = new AuditLog(_folder, static options => (options.MaximumFileBytes, options.KeepFiles) = (64 * 1024, 1));
        while (log.Files().Count() < 2) log.Write(50);
        File.AppendAllText(_folder["audit.log.000001"], """{"seq":7,"prev":"0000000000000000000000000000000000000000000000000000000000000000","hash":"0000000000000000000000000000000000000000000000000000000000000000"}""" + "\n");

        log.Write(1000);

        Assert.True(File.Exists(_folder["audit.log.000001"]));
        Assert.Contains(log.Remarks, static remark => remark.Contains("stays", StringComparison.Ordinal));
        Assert.Empty(log.Failures);
    }

    [Fact]
    public void TryWrite_WithFilesToKeep_LooksGoOnWhereNothingCanBeRemoved()
    {
        using var log = new AuditLog(_folder, static options => (options.MaximumFileBytes, options.KeepFiles) = (64 * 1024, 1));
        while (log.Files().Count() < 2) log.Write(50);
        // A directory in place of the oldest: not even root can remove it as a file.
        var oldest = _folder["audit.log.000000"];
        Directory.CreateDirectory(oldest);

        log.Write(1000);

        Assert.True(Directory.Exists(oldest));
        Assert.Empty(log.Failures);
    }

    // Who may write the folder, and has no key, must not get a record that excuses what he removes then.
    [Theory]
    [InlineData(900_001, "", false)]
    [InlineData(900_001, "", true)]
    [InlineData(900_001, "audit.log.000002", false)]
    [InlineData(900_001, "audit.log.000002", true)]
    [InlineData(4, "", false)]
    public void TryWrite_WithFilesToKeepAndDecoys_RemovesNoneThatIsToBeKept(int first, string copyOf, bool isStartedAnew)
    {
        static void Configure(AuditOptions options) => (options.MaximumFileBytes, options.KeepFiles) = (64 * 1024, 8);
        var log = new AuditLog(_folder, Configure);
        try
        {
            while (log.Files().Count() < 4) log.Write(50);
            var decoys = Enumerable.Range(first, 20).Select(number => _folder[$"audit.log.{number:D6}"]).ToList();
            foreach (var decoy in decoys) File.WriteAllText(decoy, copyOf == "" ? "" : File.ReadAllText(_folder[copyOf]));
            if (isStartedAnew)
            {
                log.Dispose();
                log = new(_folder, Configure);
            }

            log.Write(600);

            foreach (var decoy in decoys) File.Delete(decoy);
            var files = Directory.EnumerateFiles(Path.GetDirectoryName(log.Path)!, "audit.log.*").Where(static file => char.IsAsciiDigit(file[^1])).Order(StringComparer.Ordinal).Append(log.Path).ToList();
            Assert.InRange(files.Count, 6, 9);
            Assert.EndsWith("000001", files[0], StringComparison.Ordinal);
            Assert.DoesNotContain(files, static file => File.ReadAllText(file).Contains("\"event\":\"dropped\"", StringComparison.Ordinal));
            Assert.Equal(files.Count, JsonDocument.Parse(log.Lines()[0]).RootElement.GetProperty("file").GetInt64());
            Assert.Null(AuditVerifier.Verify(files, AuditKey.None).Break);
        }
        finally
        {
            log.Dispose();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TryWrite_WithFilesToKeep_ANewerFileInPlaceOfTheOldestIsNotSaidToBeRemoved(bool isWithTheOldBeginning)
    {
        using var log = new AuditLog(_folder, static options => (options.MaximumFileBytes, options.KeepFiles) = (64 * 1024, 3));
        while (log.Files().Count() < 4) log.Write(50);
        var newest = File.ReadAllLines(_folder["audit.log.000003"]);
        if (isWithTheOldBeginning) newest[0] = File.ReadAllLines(_folder["audit.log.000001"])[0];
        File.WriteAllLines(_folder["audit.log.000001"], newest);

        log.Write(600);

        Assert.True(File.Exists(_folder["audit.log.000001"]));
        Assert.DoesNotContain(log.Files(), static file => File.ReadAllText(file).Contains("\"event\":\"dropped\"", StringComparison.Ordinal));
        Assert.Contains(log.Remarks, static remark => remark.Contains("stays, and those behind it", StringComparison.Ordinal));
        Assert.Empty(log.Failures);
    }

    [Fact]
    public void TryWrite_WithFilesToKeepAndAFirstLineThatWasNotFinished_HoldsWithoutTheFilesBefore()
    {
        using (var first = new AuditLog(_folder)) first.Write(100);
        File.Move(_folder["audit.log"], _folder["audit.log.000001"]);
        File.WriteAllText(_folder["audit.log"], "{\"seq\":102,\"time\":\"2026-");
        using var log = new AuditLog(_folder, static options => (options.MaximumFileBytes, options.KeepFiles) = (64 * 1024, 1));

        for (var i = 0; i < 1000 && File.Exists(_folder["audit.log.000001"]); i++) log.Write(1);

        Assert.Equal([_folder["audit.log.000002"], log.Path], log.Files());
        var verdict = log.Verify();
        Assert.True(verdict.Break is null, verdict.Break?.Message);
        Assert.Contains(verdict.Remarks, static remark => remark.Contains("removed by its own retention", StringComparison.Ordinal));
        // What the first one follows is not there, and was not removed by the log.
        Assert.Equal((AuditBreakKind.Missing, log.Files().First(), 2), Place(AuditVerifier.Verify([log.Files().First()], AuditKey.None).Break!));
    }

    [Fact]
    public void TryWrite_EndedBetweenTwoFiles_GoesOnWithTheChain()
    {
        using (var first = new AuditLog(_folder, options => options.MaximumFileBytes = 64 * 1024)) first.Write(100);
        File.Move(_folder["audit.log"], _folder["audit.log.000001"]);

        using var second = new AuditLog(_folder).Write(1);

        var verdict = second.Verify();
        Assert.Null(verdict.Break);
        Assert.Equal(103, verdict.Records);
        Assert.Equal(2, JsonDocument.Parse(second.Lines()[0]).RootElement.GetProperty("file").GetInt64());
    }

    [Fact]
    public void TryWrite_MovedByAnotherProgram_BeginsAnotherFileOfTheSameChain()
    {
        using var log = new AuditLog(_folder).Write(2);
        File.Move(log.Path, _folder["elsewhere"]);
        log.Time.Advance(TimeSpan.FromSeconds(1));

        log.Write(1);

        var verdict = AuditVerifier.Verify([_folder["elsewhere"], log.Path], AuditKey.None);
        Assert.Null(verdict.Break);
        Assert.Equal(5, verdict.Records);
        Assert.Contains("not there any more", Assert.Single(log.Remarks), StringComparison.Ordinal);
    }

    [Fact]
    public void TryWrite_CutByAnotherProgram_LeavesTheGapToBeSeen()
    {
        using var log = new AuditLog(_folder).Write(4);
        var text = File.ReadAllLines(log.Path);
        File.WriteAllLines(log.Path, text[..3]);
        log.Time.Advance(TimeSpan.FromSeconds(1));

        log.Write(1);

        Assert.Equal((AuditBreakKind.Missing, 4), (log.Verify().Break!.Kind, log.Verify().Break!.Line));
    }

    [Fact]
    public void TryWrite_WithAKey_HoldsWithThatKeyOnly()
    {
        var key = _folder.Write("key", new string('k', 40) + "\n");
        using var log = new AuditLog(_folder, options => options.KeyFile = key).Write(2);

        Assert.Null(log.Verify(key: AuditKey.Read(key)).Break);
        Assert.Equal(AuditBreakKind.Changed, log.Verify(key: AuditKey.Of("another key, of the right length."u8)).Break!.Kind);
        Assert.Contains("the log has a key, and none was given", log.Verify().Break!.Message, StringComparison.Ordinal);
    }

    // Whoever has the key can make a chain that holds.
    [Fact]
    public void TryWrite_AKeyThatOthersMayRead_IsRefused()
    {
        var key = _folder.Write("key", new string('k', 40));
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        using var log = new AuditLog(_folder, options => options.KeyFile = key);

        Assert.False(log.File.TryWrite(AuditLog.Record("somebody")));
        Assert.Contains("chmod 600", Assert.Single(log.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void TryWrite_BeyondTheSizeWhereTheNameIsTaken_LeavesThatFileAlone()
    {
        using var log = new AuditLog(_folder, options => options.MaximumFileBytes = 65536).Write(1);
        File.WriteAllText(log.Path + ".000001", "put back from a backup\n");

        log.Write(400);

        Assert.Equal("put back from a backup\n", File.ReadAllText(log.Path + ".000001"));
        Assert.True(File.Exists(log.Path + ".000002"));
        Assert.Empty(log.Failures);
    }

    [Fact]
    public void TryWrite_AKeyThatIsTooShort_IsRefused()
    {
        var key = _folder.Write("key", "short\n");
        using var log = new AuditLog(_folder, options => options.KeyFile = key);

        Assert.False(log.File.TryWrite(AuditLog.Record()));
        Assert.Contains("is no key: it has less than 32 bytes", Assert.Single(log.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void TryWrite_NoFolder_IsRefusedWithTheReason()
    {
        using var log = new AuditLog(_folder, options => options.File = _folder["no-folder/audit.log"]);

        Assert.False(log.File.TryWrite(AuditLog.Record()));
        Assert.False(log.File.TryWrite(AuditLog.Record()));
        // Not once for each record.
        Assert.Contains("no-folder", Assert.Single(log.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void TryWrite_APipe_IsRefusedAndDoesNotHang()
    {
        using var process = System.Diagnostics.Process.Start("mkfifo", _folder["audit.log"]);
        process.WaitForExit();

        using var log = new AuditLog(_folder);

        Assert.False(log.File.TryWrite(AuditLog.Record()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(150)]
    [InlineData(777)]
    [InlineData(1500)]
    public void TryWrite_ADiskThatIsFull_IsRefusedAndGoesOnWhenThereIsRoom(int room)
    {
        var disk = new Disk { Room = room };
        using var log = new AuditLog(_folder, open: path => new LimitedFile(AppendFile.Open(path), disk));
        var written = 0;
        while (log.File.TryWrite(AuditLog.Record())) written++;
        Assert.InRange(written, 0, 10);
        Assert.False(log.File.TryWrite(AuditLog.Record()));
        Assert.Contains("No space", Assert.Single(log.Failures), StringComparison.Ordinal);

        // A little room, in which not even the repair fits.
        disk.Room = 20;
        log.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(log.File.TryWrite(AuditLog.Record()));
        disk.Room = long.MaxValue;
        log.Time.Advance(TimeSpan.FromSeconds(1));
        log.Write(3);

        var verdict = log.Verify();
        Assert.True(verdict.Break is null, verdict.Break?.Message);
    }

    [Fact]
    public void TryWrite_AFileSystemThatIsFull_IsRefused()
    {
        if (Environment.UserName != "root") Assert.Skip("mounting a file system needs root");
        var mount = Directory.CreateDirectory(_folder["mount"]).FullName;
        Run("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", mount);
        try
        {
            using var log = new AuditLog(_folder, options => options.File = Path.Combine(mount, "audit.log"));
            var written = 0;
            while (written < 1000 && log.File.TryWrite(AuditLog.Record())) written++;

            Assert.InRange(written, 10, 200);
            Assert.Contains("No space left", Assert.Single(log.Failures), StringComparison.Ordinal);

            Run("mount", "-o", "remount,size=64k", mount);
            log.Time.Advance(TimeSpan.FromSeconds(1));
            log.Write(5);
            Assert.Null(AuditVerifier.Verify([Path.Combine(mount, "audit.log")], AuditKey.None).Break);
        }
        finally
        {
            Run("umount", mount);
        }
    }

    [Fact]
    public void TryWrite_ByManyAtOnce_IsOneChain()
    {
        using var log = new AuditLog(_folder, options => options.MaximumFileBytes = 256 * 1024);

        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ => log.Write(500));

        var verdict = log.Verify();
        Assert.Null(verdict.Break);
        Assert.Equal(4000 + log.Files().Count(), verdict.Records);
    }

    [Fact]
    public void TryWrite_ARecord_AllocatesNothing()
    {
        using var log = new AuditLog(_folder, time: TimeProvider.System);
        var record = AuditLog.Record();
        log.Write(10);

        // Once a second the path is looked at, which costs an object.
        Assert.InRange(AllocatedBytes.Of(() => log.File.TryWrite(record), rounds: 100), 0, 2000);
    }

    static void Run(params string[] command)
    {
        using var process = System.Diagnostics.Process.Start(command[0], command[1..]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    sealed class Disk
    {
        public long Room { get; set; }
    }

    sealed class LimitedFile(AppendFile file, Disk disk) : IAppendFile
    {
        public long Length => file.Length;

        public void Append(ReadOnlySpan<byte> bytes)
        {
            var fits = (int)Math.Min(bytes.Length, disk.Room);
            file.Append(bytes[..fits]);
            disk.Room -= fits;
            if (fits < bytes.Length) throw new IOException("No space left on device");
        }

        public void Flush() => file.Flush();

        public void Dispose() => file.Dispose();
    }
}
