// A Catalog is what a connection's names are looked up in: its databases and their schemas. It
// never changes once it is built; programs made for one are made anew when there is another.
//
// A name that says no database is looked up in the temporary one, then in the main one, then in
// those attached, in their order (https://www.sqlite.org/lang_naming.html).

#ifndef ORRERY_ENGINE_CATALOG_CATALOG_H_
#define ORRERY_ENGINE_CATALOG_CATALOG_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/catalog/schema.h"

namespace orrery {

inline constexpr int kAnyDatabase = -1;

// A table or a view, or neither.
struct Relation {
  const Table* table = nullptr;
  const View* view = nullptr;
  explicit operator bool() const { return table != nullptr || view != nullptr; }
  int database() const { return table != nullptr ? table->database : view->database; }
};

class Catalog {
 public:
  struct Database {
    std::string name;                      // "main", "temp", or what ATTACH called it
    std::shared_ptr<const Schema> schema;  // null: not read yet, and needed by no one
  };
  // By number.
  explicit Catalog(std::vector<Database> databases);

  int count() const { return static_cast<int>(databases_.size()); }
  const std::string& NameOf(int database) const {
    return databases_[static_cast<size_t>(database)].name;
  }
  const Schema& SchemaOf(int database) const {
    return *databases_[static_cast<size_t>(database)].schema;
  }
  const Schema* TrySchemaOf(int database) const {
    return databases_[static_cast<size_t>(database)].schema.get();
  }
  // The number of the database of that name, or kAnyDatabase. "main" is always the first.
  int Find(std::string_view name) const;
  // In the order in which names are looked up.
  const std::vector<int>& search_order() const { return search_order_; }

  // In a database, or in the first of all that has one. Null when there is none.
  Relation FindRelation(std::string_view name, int database = kAnyDatabase) const;
  const Trigger* FindTrigger(std::string_view name, int database = kAnyDatabase) const;
  const Index* FindIndex(std::string_view name, const Table** table,
                         int database = kAnyDatabase) const;

  // Of a table or view: the temporary ones first, in each the newest first.
  std::vector<const Trigger*> TriggersOf(const Table& table) const;
  std::vector<const Trigger*> TriggersOf(const View& view) const;
  // What a temporary trigger is of; neither: it is gone.
  Relation OwnerOf(const Trigger& temporary) const;

 private:
  std::vector<Database> databases_;
  std::vector<int> search_order_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_CATALOG_CATALOG_H_
