#include "engine/catalog/catalog.h"

#include <algorithm>

namespace orrery {
namespace {

// Asks the schemas of one or of all databases until one answers.
template <typename Ask>
auto FindIn(const Catalog& catalog, int database, Ask ask) {
  if (database != kAnyDatabase) return ask(catalog.SchemaOf(database));
  decltype(ask(catalog.SchemaOf(0))) found{};
  for (const int each : catalog.search_order()) {
    found = ask(catalog.SchemaOf(each));
    if (found) break;
  }
  return found;
}

}  // namespace

Catalog::Catalog(std::vector<Database> databases) : databases_(std::move(databases)) {
  search_order_ = {kTempDatabase, kMainDatabase};
  for (int i = kTempDatabase + 1; i < count(); ++i) search_order_.push_back(i);
}

int Catalog::Find(std::string_view name) const {
  if (SameName(name, "main")) return kMainDatabase;
  for (int i = 0; i < count(); ++i) {
    if (SameName(NameOf(i), name)) return i;
  }
  return kAnyDatabase;
}

// Each database has a schema table of the same name, and the main one's is meant.
Relation Catalog::FindRelation(std::string_view name, int database) const {
  if (database == kAnyDatabase && IsSchemaTableName(name)) database = kMainDatabase;
  return FindIn(*this, database, [&](const Schema& schema) {
    return Relation{schema.FindTable(name), schema.FindView(name)};
  });
}

const Trigger* Catalog::FindTrigger(std::string_view name, int database) const {
  return FindIn(*this, database, [&](const Schema& schema) { return schema.FindTrigger(name); });
}

const Index* Catalog::FindIndex(std::string_view name, const Table** table, int database) const {
  return FindIn(*this, database,
                [&](const Schema& schema) { return schema.FindIndex(name, table); });
}

Relation Catalog::OwnerOf(const Trigger& temporary) const {
  const QualifiedName& of = temporary.definition->statement->As<CreateTriggerStatement>().table;
  if (!of.schema) return FindRelation(of.name.text);
  const int database = Find(of.schema->text);
  return database == kAnyDatabase ? Relation() : FindRelation(of.name.text, database);
}

namespace {

// Those of the temporary database that are of `what`, which is a Relation's `member`.
template <typename Owned>
std::vector<const Trigger*> WithTemporary(const Catalog& catalog, const Owned& what,
                                          const Owned* Relation::* member) {
  std::vector<const Trigger*> all;
  const Schema& temporary = catalog.SchemaOf(kTempDatabase);
  for (auto each = temporary.objects().rbegin(); each != temporary.objects().rend(); ++each) {
    if (each->kind != SchemaObjectKind::kTrigger) continue;
    const Trigger* const trigger = temporary.FindTrigger(each->name);
    if (catalog.OwnerOf(*trigger).*member == &what) all.push_back(trigger);
  }
  all.insert(all.end(), what.triggers.begin(), what.triggers.end());
  return all;
}

}  // namespace

std::vector<const Trigger*> Catalog::TriggersOf(const Table& table) const {
  return WithTemporary(*this, table, &Relation::table);
}

std::vector<const Trigger*> Catalog::TriggersOf(const View& view) const {
  return WithTemporary(*this, view, &Relation::view);
}

}  // namespace orrery
