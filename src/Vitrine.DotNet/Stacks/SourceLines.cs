using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Runtime.CompilerServices;
using Vitrine.Linux.Memory;

namespace Vitrine.DotNet.Stacks;

/// <summary>
/// Source lines of a module from its portable PDB: embedded in the assembly, or the file beside it whose id the assembly names. A module without one (a single-file program, an assembly
/// that was loaded from memory, a stripped one) has no lines. Kept for as long as the module lives.
/// </summary>
sealed class SourceLines
{
    static readonly ConditionalWeakTable<Module, SourceLines> Cache = [];

    // A PDB is read whole into memory: this much is more than any that was seen.
    const long LargestFile = 512L << 20;

    // Of an image's debug directory, and of an entry other than a PDB: they name files.
    const int LargestDirectory = 64 << 10;

    // Keeps the image that the reader reads from.
    readonly MetadataReaderProvider? _provider;
    readonly MetadataReader? _reader;

    SourceLines(MetadataReaderProvider? provider)
    {
        _provider = provider;
        _reader = _provider?.GetMetadataReader();
    }

    /// <summary>The lines of a module that is only known by its file.</summary>
    /// <param name="image">The module; not kept.</param>
    /// <param name="file">The module's file, which <paramref name="image"/> reads from.</param>
    /// <param name="path">Its path, beside which the PDB is looked for.</param>
    /// <param name="open">Opens a file for reading, or returns null.</param>
    /// <param name="budget">What it may take in memory; without enough of it there are no lines.</param>
    public static SourceLines Of(PEReader image, Stream file, string path, Func<string, Stream?> open, ByteBudget budget)
    {
        Stream? Within(string name)
        {
            var symbols = open(name);
            if (symbols is null || symbols.Length <= LargestFile && budget.TryTake(symbols.Length)) return symbols;
            symbols.Dispose();
            return null;
        }
        try
        {
            return new(IsDirectorySmall(image) && HasRoomForEmbedded(image, file, budget) && image.TryOpenAssociatedPortablePdb(path, Within, out var provider, out _) ? provider : null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or BadImageFormatException or NotSupportedException or InvalidOperationException or ArgumentException)
        {
            return new(null);
        }
    }

    /// <summary>Whether what an image says of its symbols can be read without reading for ever: a file of a gigabyte may consist of it.</summary>
    /// <exception cref="BadImageFormatException">The image is damaged.</exception>
    public static bool IsDirectorySmall(PEReader image) =>
        image.PEHeaders.PEHeader is { } header && header.DebugTableDirectory.Size <= LargestDirectory
        && image.ReadDebugDirectory().All(static entry => entry.Type == DebugDirectoryEntryType.EmbeddedPortablePdb || entry.DataSize is >= 0 and <= LargestDirectory);

    // An embedded PDB begins with "MPDB" and the size that it unfolds to, which is allocated before anything is unfolded
    // (https://github.com/dotnet/runtime/blob/main/docs/design/specs/PE-COFF.md#embedded-portable-pdb-debug-directory-entry-type-17).
    static bool HasRoomForEmbedded(PEReader image, Stream file, ByteBudget budget)
    {
        Span<byte> header = stackalloc byte[8];
        foreach (var entry in image.ReadDebugDirectory())
        {
            if (entry.Type != DebugDirectoryEntryType.EmbeddedPortablePdb) continue;
            if (entry.DataSize < header.Length || entry.DataPointer <= 0) return false;
            file.Position = entry.DataPointer;
            if (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length) return false;
            if (!budget.TryTake(entry.DataSize + (long)BinaryPrimitives.ReadUInt32LittleEndian(header[4..]))) return false;
        }
        return true;
    }

    /// <summary>The line of an instruction, or null when nothing says which.</summary>
    public static SourceLine? Find(MethodBase method, int ilOffset)
    {
        // A method made at run time has no token to look up.
        if (ilOffset < 0 || method.Module is not { } module || TokenOf(method) is not { } token) return null;
        return Cache.GetValue(module, static one => new(Open(one))).Find(token, ilOffset);
    }

    /// <summary>A record that the compiler left with a method; null when there is none.</summary>
    /// <exception cref="BadImageFormatException">The PDB is damaged.</exception>
    public static BlobReader? CustomRecord(MethodBase method, Guid kind)
    {
        if (TokenOf(method) is not { } token) return null;
        var lines = Cache.GetValue(method.Module, static one => new(Open(one)));
        if (lines._reader is not { } reader || MetadataTokens.EntityHandle(token) is not { Kind: HandleKind.MethodDefinition } entity) return null;
        foreach (var handle in reader.GetCustomDebugInformation(entity))
        {
            var record = reader.GetCustomDebugInformation(handle);
            if (reader.GetGuid(record.Kind) == kind) return reader.GetBlobReader(record.Value);
        }
        return null;
    }

    /// <summary>The line of an instruction, or null when nothing says which.</summary>
    /// <param name="token">The method's token.</param>
    /// <param name="ilOffset">The instruction's offset in the method's intermediate language.</param>
    public SourceLine? Find(int token, int ilOffset)
    {
        if (_reader is null || MetadataTokens.EntityHandle(token) is not { Kind: HandleKind.MethodDefinition } entity) return null;
        try
        {
            var handle = ((MethodDefinitionHandle)entity).ToDebugInformationHandle();
            if (MetadataTokens.GetRowNumber(handle) > _reader.GetTableRowCount(TableIndex.MethodDebugInformation)) return null;
            SourceLine? best = null;
            foreach (var point in _reader.GetMethodDebugInformation(handle).GetSequencePoints())
            {
                if (point.Offset > ilOffset) break;
                if (!point.IsHidden) best = new(_reader.GetString(_reader.GetDocument(point.Document).Name), point.StartLine);
            }
            return best;
        }
        catch (BadImageFormatException)
        {
            return null; // a damaged PDB costs the line, not the profile
        }
    }

    static int? TokenOf(MethodBase method)
    {
        try
        {
            return method.MetadataToken;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "An empty location means that there is no file to read, and is handled.")]
    static MetadataReaderProvider? Open(Module module)
    {
        var path = module.Assembly.IsDynamic ? "" : module.Assembly.Location;
        if (path.Length == 0) return null;
        try
        {
            using var image = new PEReader(File.OpenRead(path));
            return image.TryOpenAssociatedPortablePdb(path, OpenBounded, out var provider, out _) ? provider : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or BadImageFormatException or NotSupportedException)
        {
            return null;
        }
    }

    static FileStream? OpenBounded(string path)
    {
        if (!File.Exists(path) || new FileInfo(path).Length > LargestFile) return null;
        return File.OpenRead(path);
    }
}
