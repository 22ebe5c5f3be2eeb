using System.Collections.Concurrent;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Stacks;
using Vitrine.Linux.Memory;
using Vitrine.Linux.Processes;

namespace Vitrine.DotNet.Methods;

/// <summary>
/// A module that methods come from. Its file is read when the first name or line of it is asked for: the events name type arguments where the source has type parameters, and have no lines.
/// Without the file, or with another build of it, there are the names of the events.
/// </summary>
/// <param name="port">The process.</param>
/// <param name="path">Path as the process sees it.</param>
/// <param name="pdbSignature">Tells this build from others; empty when the runtime does not say.</param>
/// <param name="budget">What the files of all modules may take in memory together.</param>
sealed class ModuleEntry(DiagnosticPort port, string path, Guid pdbSignature, ByteBudget budget)
{
    // More than any module that was seen.
    const long LargestFile = 1L << 30;

    // Types that stand in each other: a damaged file may say that two stand in each other.
    const int DeepestNesting = 64;

    // Modules of the process itself are read once. What is read lies outside of the managed heap, where the collector does not see it: a service that is looked at all the time would grow until it
    // next happens to collect.
    const int MostOwn = 4096;
    static readonly ConcurrentDictionary<(string Path, Guid PdbSignature), ModuleEntry> s_own = new();
    static readonly ByteBudget s_ownFiles = new(MethodMapOptions.Default.MaximumFileBytes);

    readonly Lazy<Contents> _contents = new(() => Contents.Read(port, path, pdbSignature, budget));

    sealed record Contents(PEReader? Image, MetadataReader? Metadata, SourceLines? Lines, Guid VersionId)
    {
        static Contents Nothing { get; } = new(null, null, null, Guid.Empty);

        public static Contents Read(DiagnosticPort port, string path, Guid pdbSignature, ByteBudget budget)
        {
            if (Open(port, path) is not { } file) return Nothing;
            PEReader? image = null;
            try
            {
                SourceLines lines;
                using (var whole = new PEReader(file, PEStreamOptions.LeaveOpen))
                {
                    if (!whole.HasMetadata || !SourceLines.IsDirectorySmall(whole) || !IsSameBuild(whole, pdbSignature)) return Nothing;
                    if (!budget.TryTake(whole.PEHeaders.MetadataSize)) return Nothing;
                    lines = SourceLines.Of(whole, file, path, name => Open(port, name), budget);
                }
                file.Position = 0;
                // Of the file only the metadata is kept, and no descriptor.
                image = new(file, PEStreamOptions.PrefetchMetadata);
                var metadata = image.GetMetadataReader();
                var result = new Contents(image, metadata, lines, metadata.GetGuid(metadata.GetModuleDefinition().Mvid));
                image = null;
                return result;
            }
            catch (Exception e) when (e is IOException or BadImageFormatException or InvalidOperationException or UnauthorizedAccessException)
            {
                return Nothing;
            }
            finally
            {
                image?.Dispose();
                file.Dispose();
            }
        }

        // A service whose files were replaced under it still runs the old ones: names and lines of the new ones would be wrong.
        static bool IsSameBuild(PEReader image, Guid pdbSignature)
        {
            if (pdbSignature == Guid.Empty) return true;
            var signatures = image.ReadDebugDirectory().Where(static entry => entry.Type == DebugDirectoryEntryType.CodeView).Select(entry => image.ReadCodeViewDebugDirectoryData(entry).Guid).ToList();
            return signatures.Count == 0 || signatures.Contains(pdbSignature);
        }

        static FileStream? Open(DiagnosticPort port, string path)
        {
            try
            {
                FileStream? file = null;
                if (port.OpenProcess() is { } process)
                {
                    if (process.TryOpenFile(path) is { } handle) file = new(handle, FileAccess.Read);
                }
                else if (port.IsSelf && System.IO.File.Exists(path))
                {
                    file = System.IO.File.OpenRead(path);
                }
                if (file is null || file.Length <= LargestFile) return file;
                file.Dispose();
                return null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or TargetGoneException)
            {
                return null;
            }
        }
    }

    /// <summary>The entry of a module of this very process, which stays.</summary>
    public static ModuleEntry Own(DiagnosticPort port, string path, Guid pdbSignature)
    {
        if (s_own.TryGetValue((path, pdbSignature), out var known)) return known;
        var entry = new ModuleEntry(port, path, pdbSignature, s_ownFiles);
        return s_own.Count < MostOwn ? s_own.GetOrAdd((path, pdbSignature), entry) : entry;
    }

    /// <summary>Path as the process sees it. Untrusted text.</summary>
    public string Path => path;

    /// <summary>File name.</summary>
    public string Name { get; } = System.IO.Path.GetFileName(path);

    /// <summary>The build's id; empty when the file could not be read.</summary>
    public Guid VersionId => _contents.Value.VersionId;

    /// <summary>The source line of an instruction; null when nothing says which.</summary>
    public SourceLine? Line(uint token, int ilOffset) => ilOffset < 0 ? null : _contents.Value.Lines?.Find((int)token, ilOffset);

    /// <summary>The type and the name of a method by its token; null when the file does not say.</summary>
    public (TypePath Type, string Method)? Names(uint token)
    {
        if (_contents.Value.Metadata is not { } metadata) return null;
        try
        {
            var handle = MetadataTokens.EntityHandle((int)token);
            if (handle.Kind != HandleKind.MethodDefinition || MetadataTokens.GetRowNumber(handle) is var row && (row < 1 || row > metadata.GetTableRowCount(TableIndex.MethodDef))) return null;
            var method = metadata.GetMethodDefinition((MethodDefinitionHandle)handle);
            var parts = new List<TypePart>();
            var space = "";
            for (var type = method.GetDeclaringType(); !type.IsNil && parts.Count < DeepestNesting;)
            {
                var definition = metadata.GetTypeDefinition(type);
                parts.Add(new(metadata.GetString(definition.Name), [.. definition.GetGenericParameters().Select(one => metadata.GetString(metadata.GetGenericParameter(one).Name))]));
                space = metadata.GetString(definition.Namespace);
                type = definition.GetDeclaringType();
            }
            parts.Reverse();
            return (new(space, parts), metadata.GetString(method.Name));
        }
        catch (Exception e) when (e is BadImageFormatException or ArgumentException)
        {
            return null;
        }
    }
}
