using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using Vitrine.DotNet.Stacks;
using Vitrine.Linux.Processes;

namespace Vitrine.DotNet.Methods;

/// <summary>
/// A module that methods come from. Its file is read when the first name or line of it is asked for: the events name type arguments where the source has type parameters, and have no lines.
/// Without the file, or with another build of it, there are the names of the events.
/// </summary>
sealed class ModuleEntry(int pid, string path, Guid pdbSignature)
{
    // More than any module that was seen; a file that the process names is read whole.
    const long LargestFile = 1L << 30;

    // Types that stand in each other: a damaged file may say that two stand in each other.
    const int DeepestNesting = 64;

    readonly Lazy<Contents> _contents = new(() => Contents.Read(pid, path, pdbSignature));

    sealed record Contents(PEReader? Image, MetadataReader? Metadata, SourceLines? Lines, Guid VersionId)
    {
        static Contents Nothing { get; } = new(null, null, null, Guid.Empty);

        public static Contents Read(int pid, string path, Guid pdbSignature)
        {
            if (Open(pid, path) is not { } file) return Nothing;
            PEReader? image = null;
            try
            {
                SourceLines lines;
                using (var whole = new PEReader(file, PEStreamOptions.LeaveOpen))
                {
                    if (!whole.HasMetadata || !IsSameBuild(whole, pdbSignature)) return Nothing;
                    lines = SourceLines.Of(whole, path, name => Open(pid, name));
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

        static FileStream? Open(int pid, string path)
        {
            try
            {
                FileStream? file = null;
                if (OperatingSystem.IsLinux())
                {
                    if (LinuxProcess.Open(pid).TryOpenFile(path) is { } handle) file = new(handle, FileAccess.Read);
                }
                else if (pid == Environment.ProcessId && System.IO.File.Exists(path))
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
