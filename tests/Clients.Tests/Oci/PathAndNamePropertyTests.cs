using FsCheck;
using FsCheck.Fluent;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Tests.Oci;

public sealed class PathAndNamePropertyTests
{
    private const string Root = "/unpacked";

    [Fact]
    public void No_name_and_no_link_that_is_accepted_leads_out_of_the_folder() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll(Arb.From(Paths()), Arb.From(Paths()), (name, target) =>
        {
            if (LayerPath.Split(name) is not { } parts)
                return true;
            var path = Path.GetFullPath(Path.Combine([Root, .. parts]));
            return IsInside(path) && (LayerPath.CheckLink(name, target) is not null || IsInside(Path.GetFullPath(target, Path.GetDirectoryName(path)!)));
        }));

    [Fact]
    public void A_name_that_is_accepted_is_read_from_an_index_as_it_was_written() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll(Arb.From(Names()), Arb.From(Names()), (repository, tag) =>
        {
            if (!ReferenceGrammar.IsRepository(repository) || !ReferenceGrammar.IsTag(tag))
                return true;
            var read = LayoutEntry.Read(LayoutEntry.Create(new(MediaTypes.Manifest, Digest.Of("x"u8), 1), repository, tag, null).Descriptor);
            return (read.Repository, read.Tag) == (repository, tag);
        }));

    private static Gen<string> Paths() => Texts("a", "b", "..", ".", "/", "//", "\\", "\0", "");

    private static Gen<string> Names() => Texts("a", "b0", "A", ".", "_", "__", "-", "/", ":", "\n");

    private static Gen<string> Texts(params string[] pieces) => Gen.Elements(pieces).ListOf().Select(chosen => string.Concat(chosen));

    private static bool IsInside(string path) => path == Root || path.StartsWith(Root + "/", StringComparison.Ordinal);
}
