namespace Vitrine.Guard.Audit;

/// <summary>Where decisions are recorded: section <c>Audit</c> of the guard's options. They go to the logger in any case.</summary>
public sealed class AuditOptions
{
    /// <summary>The audit log's file; null or empty when there is none. It is made with mode 0600 and only ever added to.</summary>
    public string? File { get; set; }

    /// <summary>A file with the key of the chain, 32 bytes or more: without it nobody can make a record that holds. Null: a chain without a key, which shows every change by somebody who cannot write the rest of the file anew.</summary>
    public string? KeyFile { get; set; }

    /// <summary>The size at which the file is put aside and a new one is begun, in bytes.</summary>
    public long MaximumFileBytes { get; set; } = 64 << 20;

    /// <summary>How many files that were put aside are kept; more than that are removed, the oldest first, and a record says so before. 0 = all of them.</summary>
    public int KeepFiles { get; set; }

    /// <summary>When a record counts as written.</summary>
    public AuditFlush Flush { get; set; } = AuditFlush.ToSystem;

    /// <summary>Refusals of one caller (or of nobody known, from one address) that are written one by one, in the long run; beyond that they are counted, and the next record has the number. A file that anybody can fill is a way to stop every look.</summary>
    public int RefusalsPerMinute { get; set; } = 120;

    /// <summary>How many of them at once, after a pause.</summary>
    public int RefusalsBurst { get; set; } = 600;

    /// <summary>The file, and null for none: in configuration an empty text takes a value of before away.</summary>
    internal string? FilePath => string.IsNullOrWhiteSpace(File) ? null : File;

    /// <summary>The same for the key.</summary>
    internal string? KeyPath => string.IsNullOrWhiteSpace(KeyFile) ? null : KeyFile;

    internal IEnumerable<string> Problems()
    {
        if (KeyPath is not null && FilePath is null) yield return "Audit:KeyFile is set, and Audit:File is not: a key without a file protects nothing.";
        if (File?.Contains('\0', StringComparison.Ordinal) == true || KeyFile?.Contains('\0', StringComparison.Ordinal) == true) yield return "Audit:File, Audit:KeyFile: not the name of a file.";
        if (MaximumFileBytes is < 64 * 1024 or > 1L << 40) yield return FormattableString.Invariant($"Audit:MaximumFileBytes is {MaximumFileBytes}: it may be 65536 to 1099511627776.");
        if (KeepFiles is < 0 or > 100_000) yield return FormattableString.Invariant($"Audit:KeepFiles is {KeepFiles}: it may be 0, which keeps all, to 100000.");
        if (RefusalsPerMinute is < 1 or > 1_000_000) yield return FormattableString.Invariant($"Audit:RefusalsPerMinute is {RefusalsPerMinute}: it may be 1 to 1000000.");
        if (RefusalsBurst is < 1 or > 1_000_000) yield return FormattableString.Invariant($"Audit:RefusalsBurst is {RefusalsBurst}: it may be 1 to 1000000.");
    }
}
